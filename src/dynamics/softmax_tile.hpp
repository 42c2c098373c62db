// src/dynamics/softmax_tile.hpp: the two passes of a softmax over one tile of logits, vectorised over lanes.
//
//   pass 1   largest[lane] = max over the rows of l,   row[lane] = the first row that reaches it
//   pass 2   e = exp(l - reference),  delta = maximum - l:   l is replaced by e, and over the rows are summed
//            e delta^p for p = 0 .. 4, e^2, e norm2;   over the rows of each cell e and e delta
//
// A row is a datum, a lane a trajectory. `width` lanes are worked on, a multiple of 16; lanes do not see one another.
// Everything within a tile is done in Real; sums come out as doubles.
#pragma once
#include <cstdint>
#include <span>

#include "kairos/base/array.hpp"

namespace kairos::dynamics {

// Rows of a tile that belong to one class at every level.
struct Cell {
    Index first, count;
    const int* classes;  // [level]
};

template <class Real>  // double or float
struct LogitTile {
    Real* values;          // rows x stride, 64-byte aligned; in: logits, out: weights exp(l - reference)
    Index rows, stride;    // at most 512 rows; stride a multiple of 16
    std::uint32_t number;  // of the tile in the stream: below 2^31, and no two parts of the data share one
    const std::int64_t* datum;    // [rows] numbers of the data
    const double* norm2;          // [rows] |y_j - b|^2 about a fixed centre b
    std::span<const Cell> cells;  // in order and without gaps; empty: no levels
};

// Logits of this size and below belong to absent data: their weight is 0, whatever the others are.
inline constexpr double absent_logit = -1e30;

struct TileSums {
    enum Sum { others, linear, square, cubic, quartic, collision, moment, count };
    Rows lanes;  // [count x width]
    Rows cells;  // [2 cells x width]: e and e delta of the first cell, of the second, ...
};

void tile_maxima(const LogitTile<double>& tile, Index width, double* largest, double* row);
void tile_maxima(const LogitTile<float>& tile, Index width, float* largest, float* row);

// reference, maximum: [width], maximum - reference at most 700 (float: 80)
void tile_weights(const LogitTile<double>& tile, Index width, const double* reference, const double* maximum,
                  TileSums& sums);
void tile_weights(const LogitTile<float>& tile, Index width, const float* reference, const float* maximum,
                  TileSums& sums);

}  // namespace kairos::dynamics
