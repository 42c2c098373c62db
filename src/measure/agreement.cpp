#include "kairos/measure/agreement.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/base/array.hpp"

namespace kairos::measure {
namespace {

void judge_each(std::span<const Realised> estimates, Agreement& found) {
    found.chi2 = 0.0;
    const double common2 = found.standard_error * found.standard_error;
    for (std::size_t i = 0; i < estimates.size(); ++i) {
        const auto& [value, error] = estimates[i];
        const double from_mean = value - found.mean;
        found.chi2 += from_mean * from_mean / (error * error);
        const double z = estimates.size() > 1 ? from_mean / std::sqrt(error * error - common2) : nan;
        if (i > 0 && !(std::abs(z) > std::abs(found.largest_z))) continue;
        found.largest_z = z;
        found.farthest = i;
    }
}

}  // namespace

Agreement agreement(std::span<const Realised> estimates) {
    Agreement found{nan, nan, nan, nan, 0, nan, 0};
    if (estimates.empty()) return found;
    const bool weighted =
        std::ranges::all_of(estimates, [](const Realised& estimate) { return estimate.error > 0.0; });
    double weights = 0.0, sum = 0.0;
    for (const auto& [value, error] : estimates) {
        const double weight = weighted ? 1.0 / (error * error) : 1.0;
        weights += weight;
        sum += weight * value;
    }
    const auto [low, high] = std::ranges::minmax(estimates, {}, &Realised::mean);
    found.mean = sum / weights;
    found.range = high.mean - low.mean;
    found.degrees_of_freedom = estimates.size() - 1;
    if (!weighted) return found;
    found.standard_error = 1.0 / std::sqrt(weights);
    judge_each(estimates, found);
    return found;
}

}  // namespace kairos::measure
