#include "kairos/app/target.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/measure/estimate.hpp"
#include "kairos/measure/tree_fold.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

constexpr std::uint64_t first_round = 32;

}  // namespace

std::uint64_t Target::next(std::uint64_t have, const std::vector<parallel::BatchRow>& rows,
                           const parallel::Communicator& communicator) const {
    if (have == 0) return std::min(first_round, most_);
    if (have == most_) return have;
    const double ratio = largest_error(have, rows, communicator) / error_;
    if (ratio <= 1.0) return have;
    const double wanted = std::ceil(static_cast<double>(have) * ratio * ratio);
    const double doubled = 2.0 * static_cast<double>(have);
    return std::min(most_, static_cast<std::uint64_t>(std::min(wanted, doubled)));
}

// The fold of the first batches, as that of the result.
double Target::largest_error(std::uint64_t have, const std::vector<parallel::BatchRow>& rows,
                             const parallel::Communicator& communicator) const {
    const std::size_t length = times_ * static_cast<std::size_t>(column_.components);
    std::vector<double> mine;
    for (const auto& [batch, row] : rows) {
        if (number(batch) >= have) continue;
        mine.push_back(static_cast<double>(number(batch)));
        const double* const own = row.data() + column_.first * moments_width;
        mine.insert(mine.end(), own, own + length * moments_width);
    }
    const std::vector<double> all = communicator.all_gather(mine);
    const std::size_t record = 1 + length * moments_width;
    std::vector<const double*> in_order(have);
    for (std::size_t at = 0; at < all.size(); at += record)
        in_order[static_cast<std::size_t>(all[at])] = all.data() + at + 1;
    measure::TreeFold fold;
    for (const double* const values : in_order) fold.add(moments_from({values, length * moments_width}));
    double largest = 0.0;
    for (const auto& moments : fold.take()) {
        const double error = measure::estimate(moments).standard_error;
        if (error > largest) largest = error;  // false for NaN
    }
    return largest;
}

}  // namespace kairos::app
