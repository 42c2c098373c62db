// src/app/continuation.hpp: what a result keeps so that more trajectories can be added to it later, beside what it says anyway.
//
//   /continuation/part (its first batch), count [part]   the full batches of every realisation, cut into subtrees (measure::TreeFold)
//   /continuation/moments [value, part, moment]  of every column that /batches does not hold: both sides of identities and what judges them
//
// A last batch that is not full is in none of the parts: it is run again when there are trajectories to fill it. Written where the batches
// are (observe.batch-moments).
// Errors: InputError (3) for a file that is damaged; OutputError (4).
#pragma once
#include <optional>
#include <vector>

#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/io/read_result.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

// Collective.
void write_continuation(io::ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                        const Measured& measured);

// Moments of columns first_identity() .. ColumnPlan::size() - 1. Nothing where the file does not hold them.
[[nodiscard]] std::optional<std::vector<measure::TreeFold::Subtree>> read_continuation(
    const io::ResultReader& result, const measure::ColumnPlan& plan);

// Columns from here on are those of identities.
[[nodiscard]] std::size_t first_identity(const measure::ColumnPlan& plan);

}  // namespace kairos::app
