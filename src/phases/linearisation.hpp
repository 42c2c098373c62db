// src/phases/linearisation.hpp: the drift near one place: J, linear systems with it, and the eigenvalues that decide stability.
//
//   J x = right;      [ J    column ] [x]   [right]
//                     [ row  corner ] [y] = [ last]
//
// Up to `dense_coordinates` coordinates J is a matrix and systems have their smallest solution (so that neutral directions are left
// alone); beyond, J is known by its products alone.
#pragma once
#include <optional>

#include "kairos/base/decompositions.hpp"
#include "kairos/phases/drift_field.hpp"

namespace kairos::phases {

inline constexpr Index dense_coordinates = 96;

struct Border {
    Vector column, row;  // [r]
    double corner;
};

class Linearisation {
public:
    // `field` looks at this place until the next Linearisation or evaluation (matrix-free only).
    Linearisation(DriftField& field, const Vector& u, double log_snr);

    [[nodiscard]] Vector times(const Vector& v) const;
    [[nodiscard]] Vector solve(const Vector& right) const;
    [[nodiscard]] Vector solve(const Border& border, const Vector& right_and_last) const;
    // Descending: all of them (dense), or those above 0 and a few below.
    [[nodiscard]] EigenPairs leading() const;
    [[nodiscard]] Vector leading_values() const;

private:
    [[nodiscard]] EigenPairs ritz(double residual) const;
    [[nodiscard]] Vector solve_scaled(const Border& border, const Vector& right) const;

    DriftField* field_;
    std::optional<Matrix> matrix_;
};

// Eigenvalues that count as positive: what is smaller is rounding in a direction along which the drift is neutral.
[[nodiscard]] Index positive(const Vector& values);

}  // namespace kairos::phases
