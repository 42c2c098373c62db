// src/phases/local_polynomial.hpp: least squares polynomials over a window of a curve, and their nearest
// roots.
//
//   F(x) ~ sum_i c_i u^i,   u = (x - centre)/scale in [-1, 1] over the window
//
// The window is fixed, so coefficients are a linear map of the values: made once, applied to every jackknife
// replicate.
#pragma once
#include <span>

#include "kairos/base/array.hpp"

namespace kairos::phases {

class LocalPolynomial {
public:
    // Minimises sum_i ( weights_i (F_i - fit_i) )^2; needs more points than the degree.
    LocalPolynomial(std::span<const double> x, const Vector& weights, int degree);

    [[nodiscard]] Vector coefficients(const Vector& values) const { return fit_ * values; }
    [[nodiscard]] double to_unit(double x) const { return (x - centre_) / scale_; }
    [[nodiscard]] double from_unit(double u) const { return centre_ + scale_ * u; }

private:
    double centre_, scale_;
    Matrix fit_;  // (degree + 1) x points
};

[[nodiscard]] double polynomial(const Vector& coefficients, double u);
[[nodiscard]] Vector derivative(const Vector& coefficients);

// The sign change of a polynomial nearest to `start` within [-1, 1]; NaN if there is none. falling: only from
// + to -.
[[nodiscard]] double nearest_root(const Vector& coefficients, double start, bool falling);

}  // namespace kairos::phases
