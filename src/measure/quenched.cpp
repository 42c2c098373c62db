#include "kairos/measure/quenched.hpp"

#include <cmath>
#include <limits>

#include "kairos/measure/estimate.hpp"

namespace kairos::measure {

QuenchedAverage quenched_average(std::span<const Moments> realisations) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (realisations.empty()) return {nan, nan, nan};
    const auto count = static_cast<double>(realisations.size());
    const double origin =
        estimate(realisations.front()).mean;  // equal means differ by nothing, not by rounding
    double shift = 0.0, noise2 = 0.0;
    for (const Moments& moments : realisations) {
        const Estimate one = estimate(moments);
        shift += (one.mean - origin) / count;
        noise2 += one.standard_error * one.standard_error / count;
    }
    if (realisations.size() < 2) return {origin, nan, nan};
    double between = 0.0;
    for (const Moments& moments : realisations) {
        const double deviation = estimate(moments).mean - origin - shift;
        between += deviation * deviation / (count - 1.0);
    }
    const double excess = between - noise2;
    return {origin + shift, std::sqrt(between / count), excess < 0.0 ? 0.0 : std::sqrt(excess)};
}

}  // namespace kairos::measure
