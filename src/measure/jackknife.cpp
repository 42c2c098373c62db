// src/measure/jackknife.cpp: every fold but one from what stands before it and what stands after it: O(B T)
// merges in all.
#include "kairos/measure/jackknife.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "kairos/base/array.hpp"

namespace kairos::measure {
double delete_one_error(std::span<const double> replicates) {
    if (replicates.size() < 2) return nan;
    const auto count = static_cast<double>(replicates.size());
    double mean = 0.0, sum = 0.0;
    for (const double theta : replicates) mean += theta / count;
    for (const double theta : replicates) sum += (theta - mean) * (theta - mean);  // a second pass
    return std::sqrt((count - 1.0) / count * sum);
}

std::vector<MomentCurve> blocks_of(std::span<const MomentCurve> batches, std::size_t most) {
    const std::size_t count = std::min(batches.size(), most);
    std::vector<MomentCurve> blocks;
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t begin = k * batches.size() / count, end = (k + 1) * batches.size() / count;
        blocks.push_back(batches[begin]);
        for (std::size_t b = begin + 1; b < end; ++b) merge_into(blocks.back(), batches[b]);
    }
    return blocks;
}

JackknifeEstimate jackknife(const BatchedCurve& curve,
                            const std::function<double(std::span<const Moments>)>& statistic) {
    if (curve.empty()) return {nan, nan};
    if (curve.count == 1) return {statistic(curve.all), nan};
    const std::vector<MomentCurve> after = folds_from_behind(curve.own, curve.after);
    MomentCurve before = curve.before;
    std::vector<double> thetas;
    thetas.reserve(curve.own.size());
    for (std::size_t b = 0; b < curve.own.size(); ++b) {
        MomentCurve others = before;
        merge_into(others, after[b + 1]);
        thetas.push_back(statistic(others));
        merge_into(before, curve.own[b]);
    }
    return {statistic(curve.all), delete_one_error(curve.join(std::move(thetas)))};
}

}  // namespace kairos::measure
