#include "kairos/measure/quenched.hpp"

#include <cmath>
#include <vector>

#include "kairos/base/array.hpp"
#include "kairos/measure/estimate.hpp"

namespace kairos::measure {

QuenchedAverage disorder_average(std::span<const Realised> realisations) {
    if (realisations.empty()) return {nan, nan, nan, nan};
    const auto count = static_cast<double>(realisations.size());
    const double origin = realisations.front().mean;  // equal means differ by nothing, not by rounding
    double shift = 0.0, noise2 = 0.0;
    for (const Realised& one : realisations) {
        shift += (one.mean - origin) / count;
        noise2 += one.error * one.error / count;
    }
    const double noise = std::sqrt(noise2 / count);
    if (realisations.size() < 2) return {origin, nan, nan, noise};
    double between = 0.0;
    for (const Realised& one : realisations) {
        const double deviation = one.mean - origin - shift;
        between += deviation * deviation / (count - 1.0);
    }
    const double excess = between - noise2;
    return {origin + shift, std::sqrt(between / count), excess < 0.0 ? 0.0 : std::sqrt(excess), noise};
}

QuenchedAverage quenched_average(std::span<const Moments> realisations) {
    std::vector<Realised> realised;
    for (const Moments& moments : realisations) {
        const Estimate one = estimate(moments);
        realised.push_back({one.mean, one.standard_error});
    }
    return disorder_average(realised);
}

}  // namespace kairos::measure
