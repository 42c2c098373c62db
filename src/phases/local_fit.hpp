// src/phases/local_fit.hpp: a critical point by one fit over one window: where a local polynomial in log snr crosses a level, or has
// its maximum.
//
// Peaks of rates and variances are nearly exponentials of low polynomials (snr times exp(-snr/2) and the like), so that a fit to the
// logarithm misses far less than one to the values; a fit to the fourth root, half way between the two, shows how far that matters.
#pragma once
#include <cstddef>
#include <span>

#include "curve_window.hpp"
#include "kairos/base/array.hpp"
#include "local_polynomial.hpp"

namespace kairos::phases {

enum class Target { level, maximum_of_log, maximum_of_fourth_root };

class LocalFit {
public:
    // log_snr: of the whole curve; weights: of the points of the window; reference: the level, or the value at which a peak is cut off
    // before its logarithm is taken
    LocalFit(Window window, std::span<const double> log_snr, const Vector& weights, int degree, Target target,
             double reference);

    // Log snr of the critical point nearest to `start`; NaN if there is none. values: of the curve from index `offset` on.
    [[nodiscard]] double operator()(const Vector& values, std::size_t offset, double start) const;

private:
    Window window_;
    LocalPolynomial polynomial_;
    Target target_;
    double reference_;
};

}  // namespace kairos::phases
