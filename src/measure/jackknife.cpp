// src/measure/jackknife.cpp: every fold but one from what stands before it and what stands after it: O(B T)
// merges in all.
#include "kairos/measure/jackknife.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

#include "kairos/base/array.hpp"

namespace kairos::measure {
namespace {

void merge_into(MomentCurve& curve, const MomentCurve& other) {
    assert(curve.size() == other.size());
    for (std::size_t t = 0; t < curve.size(); ++t) {
        curve[t].merge(other[t]);
    }
}

// after[b]: the fold of batches b, b + 1, ..., B - 1; after[B] is empty.
std::vector<MomentCurve> folds_from(std::span<const MomentCurve> batches) {
    std::vector<MomentCurve> after(batches.size() + 1, MomentCurve(batches.front().size()));
    for (std::size_t b = batches.size(); b-- > 0;) {
        after[b] = batches[b];
        merge_into(after[b], after[b + 1]);
    }
    return after;
}

}  // namespace

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

JackknifeEstimate jackknife(std::span<const MomentCurve> batches,
                            const std::function<double(std::span<const Moments>)>& statistic) {
    if (batches.empty()) {
        return {nan, nan};
    }
    const std::vector<MomentCurve> after = folds_from(batches);
    MomentCurve before(batches.front().size());
    std::vector<double> thetas;
    thetas.reserve(batches.size());
    for (std::size_t b = 0; b < batches.size(); ++b) {
        if (batches.size() > 1) {
            MomentCurve others = before;
            merge_into(others, after[b + 1]);
            thetas.push_back(statistic(others));
        }
        merge_into(before, batches[b]);
    }
    return {statistic(before), delete_one_error(thetas)};
}

}  // namespace kairos::measure
