// src/app/result_columns.hpp: where the columns of a run stand in the arrays of its result file.
#pragma once
#include <string>
#include <vector>

#include "kairos/measure/column_plan.hpp"
#include "kairos/parallel/transpose.hpp"

namespace kairos::app {

// {"/time"}, followed by the axis of a vector.
[[nodiscard]] std::vector<std::string> axes_of(const measure::Column& column);

// The part of a column that this rank holds, counted from the start of the column.
[[nodiscard]] parallel::ColumnSlice own_part(const measure::Column& column, std::size_t times,
                                             const parallel::ColumnSlice& slice);

}  // namespace kairos::app
