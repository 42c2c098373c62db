// include/kairos/phases/scaling_fit.hpp: a straight line through critical times against the logarithm of a size.
//
//   y = intercept + slope x;   weights 1/error^2;   chi^2 = sum_i ((y_i - line)/error_i)^2;   dof = points - 2
//   variance of the slope = 1/sum_i w_i (x_i - <x>)^2;   covariance(slope, intercept) = -<x> variance of the slope
//
// Points stand in the order in which they approach the limit: the first is the farthest from it (the smallest d). With four points or
// more the line without it is a rival: what the noise of the difference does not explain, (slope' - slope)^2 - (var' - var), is a
// systematic error, added in quadrature. (For nested least-squares fits the variance of the difference is the difference of variances.)
//
// Where an error is 0 or unknown (closed forms) all weights are equal, errors follow from the scatter about the line, chi^2 is NaN.
// Fewer than 2 points, or all at one x: NaN throughout. Two points: a line without chi^2 (dof = 0).
// Units: slope and intercept are times for y in process time and x a logarithm.
// Source: docs/theory.md, "Scaling"; Hausman 1978 (nested fits).
#pragma once
#include <cstddef>
#include <span>

namespace kairos::phases {

struct LinePoint {
    double x, y, error;
};

// A fitted number: its error from the noise alone, from the rival alone, and both.
struct Fitted {
    double value, statistical, systematic;
    [[nodiscard]] double standard_error() const;
};

// What of the difference to a fit of fewer data the noise does not explain.
[[nodiscard]] double unexplained(const Fitted& all, const Fitted& fewer);

struct LineFit {
    Fitted slope, intercept;
    double covariance;  // of slope and intercept, from the noise alone
    double chi2;
    std::size_t dof;
    [[nodiscard]] double at(double x) const { return intercept.value + slope.value * x; }
};

[[nodiscard]] LineFit fit_line(std::span<const LinePoint> points);

}  // namespace kairos::phases
