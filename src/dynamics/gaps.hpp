// src/dynamics/gaps.hpp: how far logits lie below the largest, in a byte each, so that the choice can wait until the largest is known.
//
//   gap(row, q)   = 1 + floor( (highest_q - logit(row, q)) steps_q ),   at most 255;   0 for a NaN
//   kept[row] bit q  =  gap(row, q) <= limit_q                          limit 0: none but NaN; 255: all
//
// Shapes: [rows x 64], a lane is a column; logits 64-byte aligned. steps: per nat. Dispatched at run time.
#pragma once
#include <cstdint>

#include "kairos/base/array.hpp"

namespace kairos::dynamics {

void gaps_of(const double* logits, Index rows, const double* highest, const double* steps,
             std::uint8_t* gaps);
void within_limits(const std::uint8_t* gaps, Index rows, const std::uint8_t* limits, std::uint64_t* kept);

}  // namespace kairos::dynamics
