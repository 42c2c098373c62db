// src/dynamics/digits.hpp: numbers as three signed digits of eight bits, in the order in which tiles of 8-bit numbers are multiplied.
//
//   z = s (D_0 + D_1/2^8 + D_2/2^16),   s = max |z|/127,   |D_i| <= 128,   |error| <= s/2^17 = max |z|/2^24
//   x.y = s_x s_y sum_{i + j <= 2} 2^-8(i+j) (D_i(x) . D_j(y)),   six products of whole numbers, which are exact
//
// What is left out (i + j > 2) is of the size of the last digit's rounding: together they err as products of floats do. A lane is one column
// of values, with a scale of its own. A lane of which a value is not finite has the scale NaN; one whose values are all
// below 2^-100 has scale 0, and digits 0.
//
// Shapes. Sheet: 32 lanes x 64 values, one digit, 2048 bytes: two tiles of 16 lanes. Right-hand sheet, value k of lane q at byte
//   (q/16) 1024 + (k/4) 64 + (q%16) 4 + k%4;   left-hand sheet: (q/16) 1024 + (q%16) 64 + k
// Sheets of `count` values: [digit][64 values][sheet]; what fills up the last one is 0. Dispatched at run time.
// Source: Ozaki, Ogita, Oishi and Rump 2012 (products of sliced numbers); Intel 2024 (AMX: the order of a tile); docs/performance.md.
#pragma once
#include <cstdint>

#include "kairos/base/array.hpp"

namespace kairos::dynamics {

inline constexpr Index digits = 3;
inline constexpr Index sheet_lanes = 32, sheet_values = 64, sheet_bytes = sheet_lanes * sheet_values;

// Bytes of all digits of 32 lanes.
[[nodiscard]] constexpr Index bytes_of_sheets(Index values) {
    return digits * ((values + sheet_values - 1) / sheet_values) * sheet_bytes;
}

// `all` values of 32 lanes, value k of lane q at values[k distance + q]. Those outside first .. first + count - 1 count as 0 and are not read.
struct LaneValues {
    const float* values;
    Index distance, all, first, count;
};

// s of every lane.
void scales_of(const LaneValues& lanes, double* scales);
// Right-hand sheets.
void slice_right(const LaneValues& lanes, const double* scales, std::int8_t* sheets);

// Left-hand sheets of `all` values of 32 lanes, a multiple of 64, value k of lane q at values[q distance + k]; the sheets of a digit begin
// digit_distance after those of the one before.
void slice_left(const float* values, Index distance, Index all, const double* scales, std::int8_t* sheets,
                Index digit_distance);

}  // namespace kairos::dynamics
