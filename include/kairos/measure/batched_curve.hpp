// include/kairos/measure/batched_curve.hpp: a curve measured in B batches, of which several processes may hold a share each.
//
//   all = m_1 + ... + m_B      own = m_i, ..., m_j      before = m_1 + ... + m_{i-1}      after = m_{j+1} + ... + m_B
//
// where + merges moments time by time: everything it takes to leave out any batch of one's own. A process alone holds all of them. What every process
// makes of its share is joined in the order of the batches, so that all of them know the same. Folds are taken in the order of the batches,
// from the front (before, all) or from the back (after): the same bits however batches are shared out.
//
// Shapes: curves [T], one Moments per time. Source: docs/architecture.md, "Parallel shape".
#pragma once
#include <cstddef>
#include <functional>
#include <vector>

#include "kairos/measure/moments.hpp"

namespace kairos::measure {

using MomentCurve = std::vector<Moments>;  // [T]

void merge_into(MomentCurve& curve, const MomentCurve& other);

// after[b]: the fold of batches b, b + 1, ..., B - 1 and of what lies behind them; after[B] is that alone.
[[nodiscard]] std::vector<MomentCurve> folds_from_behind(const std::vector<MomentCurve>& batches,
                                                         const MomentCurve& behind);

struct BatchedCurve {
    // Numbers of one's own batches -> those of all batches, in their order. Collective where processes share them.
    using Join = std::function<std::vector<double>(std::vector<double> own)>;

    BatchedCurve() = default;
    // All batches, held here. Wherever a curve in batches is wanted, batches of one process will do.
    BatchedCurve(std::vector<MomentCurve> batches);

    [[nodiscard]] bool empty() const { return count == 0; }
    // Times first .. first + size - 1 of it.
    [[nodiscard]] BatchedCurve window(std::size_t first, std::size_t size) const;

    std::vector<MomentCurve> own;
    MomentCurve before, after, all;
    std::size_t count = 0;  // B
    Join join;
};

}  // namespace kairos::measure
