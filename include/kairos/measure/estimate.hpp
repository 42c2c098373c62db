// include/kairos/measure/estimate.hpp: what is read off moments.
//
//   variance = m2/(n - 1),  stderr = sqrt(variance/n),
//   variance_stderr = sqrt( (mu4 - (n - 3)/(n - 1) variance^2) / n ),  mu_k = m_k/n
//   skewness = mu3/mu2^{3/2},  excess_kurtosis = mu4/mu2^2 - 3        (NaN where n < 2, or values differ by rounding alone)
//
// n = 0: everything NaN but the count. n = 1: mean, minimum and maximum are known, all else NaN.
// Units: those of the observable, its square for the variance; skewness and kurtosis are dimensionless.
#pragma once
#include "kairos/measure/moments.hpp"

namespace kairos::measure {

struct Estimate {
    double mean, standard_error, variance, variance_stderr, skewness, excess_kurtosis, minimum, maximum,
        count;
};

[[nodiscard]] Estimate estimate(const Moments& moments);

}  // namespace kairos::measure
