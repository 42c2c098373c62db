// src/dynamics/lane_math.hpp: row operations over the lanes of a block, and what a softmax needs of its
// columns.
//
//   max_j = max_k a(k, j),  top_j = the first k that reaches it,  others_j = sum_{k != top} a(k, j)
//
// The sum of the others is kept apart so that 1 - max and log(1 + others) stay exact when one weight is close
// to 1.
#pragma once
#include "kairos/base/array.hpp"

namespace kairos::dynamics {

// top is kept as a double: it lies in the same lanes as the values.
void column_maxima(const Rows& a, Lanes& max, Lanes& top);
void sum_of_others(const Rows& a, const Lanes& top, Lanes& others);

// out = log(1 + x), relative error of a few ulp for every x > -1. In place is allowed.
void log1p_of(const Lanes& x, Lanes& out);

}  // namespace kairos::dynamics
