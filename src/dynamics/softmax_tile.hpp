// src/dynamics/softmax_tile.hpp: the two passes of a softmax over one tile of logits, vectorised over lanes.
//
//   pass 1   largest[lane] = max over the rows of l; the products that make logits find it too
//   pass 2   e = exp(l - reference),  delta = maximum - l:   e is written, and over the rows are summed
//            e delta^p for p = 0 .. 4, e^2, e norm2;   over the rows of each cell e and e delta
//
// A row is a datum, a lane a trajectory. `width` lanes are worked on, a multiple of 16; lanes do not see one another.
// Logits are doubles, relative to the reference before anything is rounded to Real; sums within a tile are of Real and come out as
// doubles.
#pragma once
#include <cstdint>
#include <limits>
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
    double* logits;        // rows x stride, 64-byte aligned
    Real* weights;         // exp(l - reference), likewise; may lie where the logits are
    Index rows, stride;    // at most 512 rows; stride a multiple of 16
    std::uint32_t number;  // of the tile in the stream: below 2^31, and no two parts of the data share one
    const std::int64_t* datum;        // [rows] numbers of the data
    const double* norm2;              // [rows] |y_j - b|^2 about a fixed centre b
    std::span<const Cell> cells;      // in order and without gaps; empty: no levels
    const double* largest = nullptr;  // logit of each lane, where it is known
};

// The logit of absent data: below every other, so that their weight is 0. Finite, for differences of two infinities are NaN.
inline constexpr double absent_logit = std::numeric_limits<double>::lowest();

struct TileSums {
    enum Sum { others, linear, square, cubic, quartic, collision, moment, count };
    Rows lanes;  // [count x width]
    Rows cells;  // [2 cells x width]: e and e delta of the first cell, of the second, ...
};

void tile_maxima(const double* logits, Index rows, Index stride, Index width, double* largest);

// reference, maximum: [width], maximum - reference at most 700 (float: 80). Without `fourth` the sums of e delta^3 and e delta^4 are 0.
template <class Real>
void tile_weights(const LogitTile<Real>& tile, Index width, const double* reference, const double* maximum,
                  bool fourth, TileSums& sums);

}  // namespace kairos::dynamics
