// include/kairos/measure/jackknife.hpp: errors of non-linear statistics from batches left out one at a time.
//
//   theta_(b) = F(all batches but b),   variance = (B - 1)/B sum_b (theta_(b) - mean theta)^2
//
// The same where the counts of the batches differ (delete one group). The value is F(all), not corrected for
// bias: its bias is of order 1/n, below the error. A batch here is a curve: one Moments per time. F maps a
// folded curve to one number; NaN where it has none. Fewer than 2 batches: the error is NaN. Processes that share the batches leave out
// their own ones each, and all know the same estimate. Source: Efron 1982; Quenouille 1956.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "kairos/measure/batched_curve.hpp"
#include "kairos/measure/moments.hpp"

namespace kairos::measure {

struct JackknifeEstimate {
    double value;           // F of everything
    double standard_error;  // NaN if fewer than 2 batches or if F is NaN on any of them
};

// Collective where processes share the batches.
[[nodiscard]] JackknifeEstimate jackknife(const BatchedCurve& curve,
                                          const std::function<double(std::span<const Moments>)>& statistic);

// (B - 1)/B sum_b (theta_(b) - mean theta)^2, as an error; NaN for fewer than 2 replicates.
[[nodiscard]] double delete_one_error(std::span<const double> replicates);

// At most `most` curves of consecutive batches merged, as even in number as they can be: for statistics too dear to be repeated once a batch.
[[nodiscard]] std::vector<MomentCurve> blocks_of(std::span<const MomentCurve> batches, std::size_t most);

}  // namespace kairos::measure
