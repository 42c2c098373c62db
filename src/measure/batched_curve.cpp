#include "kairos/measure/batched_curve.hpp"

#include <cassert>
#include <utility>

namespace kairos::measure {

void merge_into(MomentCurve& curve, const MomentCurve& other) {
    assert(curve.size() == other.size());
    for (std::size_t t = 0; t < curve.size(); ++t) curve[t].merge(other[t]);
}

std::vector<MomentCurve> folds_from_behind(const std::vector<MomentCurve>& batches,
                                           const MomentCurve& behind) {
    std::vector<MomentCurve> after(batches.size() + 1, behind);
    for (std::size_t b = batches.size(); b-- > 0;) {
        after[b] = batches[b];
        merge_into(after[b], after[b + 1]);
    }
    return after;
}

BatchedCurve::BatchedCurve(std::vector<MomentCurve> batches)
    : own(std::move(batches)), count(own.size()), join([](std::vector<double> mine) { return mine; }) {
    if (own.empty()) return;
    before = after = all = MomentCurve(own.front().size());
    for (const MomentCurve& batch : own) merge_into(all, batch);
}

BatchedCurve BatchedCurve::window(std::size_t first, std::size_t size) const {
    const auto cut = [first, size](const MomentCurve& curve) {
        const auto begin = curve.begin() + static_cast<std::ptrdiff_t>(first);
        return MomentCurve(begin, begin + static_cast<std::ptrdiff_t>(size));
    };
    BatchedCurve part;
    part.own.reserve(own.size());
    for (const MomentCurve& batch : own) part.own.push_back(cut(batch));
    part.before = cut(before);
    part.after = cut(after);
    part.all = cut(all);
    part.count = count;
    part.join = join;
    return part;
}

}  // namespace kairos::measure
