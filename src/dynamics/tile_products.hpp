// src/dynamics/tile_products.hpp: the two products of a posterior over many data, one tile and a few panels of lanes at a time.
//
//   logits   l(j, q) = c_j + sum_k Y(k, j) x(k, q)          j over the data of the tile
//   means    m(k, q) += sum_j Y(k, j) w(j, q)
//
// Six rows of the result and the vectors of a panel (four with 32 registers, two with 16) are held in registers: per step of the inner
// loop as many loads as it takes to feed 6 x 4 (6 x 2) multiply-adds, every lane a trajectory of its own. Of float products, sums over
// a chunk of coordinates and over the data of a tile are folded into doubles. All panels pass by the same chunk of a tile, which stays
// in the second-level cache meanwhile: a tile of many coordinates does not fit there, and would come from the third once a panel.
// Logits go over the chunks upwards and means downwards, so that they begin with what is still there.
// What a block of results is added to is fetched while the block is computed.
// Shapes: packed_tile.hpp; logits [rows x panel_width], weights the same, means [coordinates x panel_width]. Dispatched at run time.
// Source: Goto and van de Geijn 2008; Van Zee and van de Geijn 2015 (BLIS).
#pragma once
#include "packed_tile.hpp"
#include "softmax_tile.hpp"

namespace kairos::dynamics {

struct TileLogits {
    const double* constants;          // c_j, one a row of the tile; null: added to what is there
    double* logits;                   // those of each panel panel_values<Real> after those of the one before
    const double* factors = nullptr;  // of pairs: what a product of steps is worth in each lane (s_x s_y)
    double* largest =
        nullptr;  // of each lane of every panel, absent_logit where all are NaN; null: not wanted
    bool means_follow = false;  // add_tile_means() fetches the next tile then
};

// Packs the tile that was taken, chunk by chunk, and multiplies it with `count` panels one after another. What the tile will pack next is
// fetched meanwhile.
template <class Real>
void tile_logits(PackedTile<Real>& tile, const Real* panels, Index count, const TileLogits& out);

// The data first .. first + count - 1 of the packed tile (multiples of six) into the means of every panel.
template <class Real>
void add_tile_means(const PackedTile<Real>& tile, Index first, Index count, const Real* weights,
                    std::span<double* const> means);

}  // namespace kairos::dynamics
