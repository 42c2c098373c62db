// src/dynamics/centred_data.hpp: data, or the components of a mixture, about a point in their midst.
//
//   y'_j = y_j - c,   x' = x - alpha c:      |x' - alpha y'_j| = |x - alpha y_j|,   score and spreads are the same
//
// Products y'_j . x' are of the size of the data's spread, however far from the origin they lie: nothing cancels that single precision would
// not have. c is the mean of 1024 data, evenly spaced (all where there are fewer): whoever holds the points finds the same bits.
// Nothing is copied; what packs data subtracts c. A mixture of few components is moved only where it lies so far off that squares of c would
// cost digits (distant_centre). Shapes: points r x n, centre r. Units: data. Errors: none.
#pragma once
#include "kairos/dynamics/states.hpp"
#include "kairos/law/mixture.hpp"

namespace kairos::dynamics {

struct CentredData {
    CentredData(const law::Points& data, Vector about) : points(data), centre(std::move(about)) {}
    explicit CentredData(const law::Points& data);

    [[nodiscard]] auto datum(Index j) const { return points.col(j) - centre; }
    // Asks memory for a datum that will be looked at soon.
    void fetch(Index j) const {
        constexpr Index line = 64 / static_cast<Index>(sizeof(double));
        const double* const values = column(j);
        for (Index k = 0; k < points.rows(); k += line) __builtin_prefetch(values + k);
    }
    // What the centre is subtracted from; a negative number is a datum of zeros.
    [[nodiscard]] const double* column(Index j) const {
        return j < 0 ? centre.data() : points.data() + j * points.outerStride();
    }
    [[nodiscard]] Vector norm2() const {
        return (points.colwise() - centre).colwise().squaredNorm().transpose();
    }
    [[nodiscard]] double largest() const { return (points.colwise() - centre).cwiseAbs().maxCoeff(); }

    law::Points points;
    Vector centre;
};

// c of a mixture that lies 64 times as far from the origin as it is wide, or further; empty for any other.
[[nodiscard]] Vector distant_centre(const law::Mixture& mixture);

// out = x - alpha c. Memory of `out` is used again.
void move_states(const States& states, double alpha, const Vector& centre, States& out);

}  // namespace kairos::dynamics
