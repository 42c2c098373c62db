// src/dynamics/softmax.hpp: weights from logits, column by column.
//
//   w_k = e^(l_k - max)/Z,   Z = 1 + sum_{k != top} e^(l_k - max),   log Z = log1p of that sum
//
// The shift by the maximum keeps every exponent at or below 0; log Z keeps its relative accuracy when one
// weight is close to 1.
#pragma once
#include "kairos/base/array.hpp"

namespace kairos::dynamics {

struct Softmax {
    Lanes max, top, others;  // others: Z - 1
    Lanes log_total;         // log Z
};

// Leaves l - max in `logits` (cut off where its exponential is 0 anyway), unless `weights` is the same
// matrix.
void softmax(Rows& logits, Rows& weights, Softmax& out);

}  // namespace kairos::dynamics
