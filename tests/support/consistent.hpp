// tests/support/consistent.hpp: a Monte Carlo estimate against a value known exactly.
//
//   z = (mean - exact)/standard_error,   consistent where |z| < 4.5 (two-sided: one failure in 150,000
//   correct tests)
//
// Seeds of the tests are fixed, so a test that passes goes on passing.
#pragma once
#include <cmath>
#include <string>

namespace kairos::test {

inline constexpr double largest_z = 4.5;

// Fails, printing z, unless mean lies within 4.5 standard errors of exact. A standard error of zero (or NaN)
// proves nothing and fails too, unless the two values are equal.
void expect_consistent(double mean, double standard_error, double exact, const std::string& what = {});

// The same from raw samples: their mean, and the standard error from their variance.
template <class Samples>
void expect_mean_consistent(const Samples& samples, double exact, const std::string& what = {}) {
    double mean = 0.0;
    double sum = 0.0;  // of squared deviations, by Welford's update
    double count = 0.0;
    for (const double value : samples) {
        count += 1.0;
        const double delta = value - mean;
        mean += delta / count;
        sum += delta * (value - mean);
    }
    expect_consistent(mean, std::sqrt(sum / (count - 1.0) / count), exact, what);
}

}  // namespace kairos::test
