// src/measure/estimate.cpp: the formulas of the header. 0/0 gives the NaN that an empty or single sample
// deserves.
#include "kairos/measure/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kairos/base/array.hpp"

namespace kairos::measure {

Estimate estimate(const Moments& moments) {
    const double n = moments.count;
    if (n == 0) {
        return {nan, nan, nan, nan, nan, nan, nan, nan, 0};
    }
    Estimate out{moments.mean, nan, nan, nan, nan, nan, moments.minimum, moments.maximum, n};
    if (n < 2) {
        return out;
    }
    const double mu2 = moments.m2 / n, mu3 = moments.m3 / n, mu4 = moments.m4 / n;
    out.variance = moments.m2 / (n - 1.0);
    out.standard_error = std::sqrt(out.variance / n);
    // two points, or two values equally often, have mu4 = mu2^2: rounding must not take the root of a
    // negative number
    const double spread = mu4 - (n - 3.0) / (n - 1.0) * out.variance * out.variance;
    out.variance_stderr = spread < 0.0 ? 0.0 : std::sqrt(spread / n);
    const double rounding =
        8.0 * std::numeric_limits<double>::epsilon() * std::max(std::abs(out.minimum), std::abs(out.maximum));
    if (mu2 > rounding * rounding) {
        out.skewness = mu3 / (mu2 * std::sqrt(mu2));
        out.excess_kurtosis = mu4 / (mu2 * mu2) - 3.0;
    }
    return out;
}

}  // namespace kairos::measure
