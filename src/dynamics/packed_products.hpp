// src/dynamics/packed_products.hpp: both products of a posterior, of one tile after the other with the panels of a block of states.
//
//   logits   l(j, q) = c_j + factor sum_k Y(k, j) x(k, q)          j over the data of the tile
//   means    m(k, q) += sum_j Y(k, j) w(j, q)
//
// What a pass over the data asks of products, whatever numbers they are made of; here doubles or floats (tile_products.hpp).
// Shapes: states r x m; logits and weights [panel][tile_rows][width], means [rows() x width].
#pragma once
#include <optional>
#include <span>

#include "kairos/dynamics/packed_data.hpp"
#include "tile_products.hpp"

namespace kairos::dynamics {

// The data of `columns`, a multiple of six; -1: a datum of zeros. All of it is looked at until the next tile is taken.
struct TileSource {
    const CentredData& data;
    std::span<const Index> columns;
    std::span<const Index> next{};       // of the tile that will be taken afterwards, as far as it is known
    const PackedData* packed = nullptr;  // where the tile is packed already ...
    std::size_t number = 0;              // ... as this one ...
    std::optional<std::size_t> next_number{};  // ... and this one follows
};

template <class Number>
class PackedProducts {
public:
    using Real = Number;
    explicit PackedProducts(Index coordinates) : tile_(coordinates) {}

    // Of sums, padding included.
    [[nodiscard]] Index rows() const { return tile_.coordinates(); }
    void set_states(const Rows& states, double factor) { pack_panels(states, factor, rows(), states_); }
    void take(const TileSource& tile) {
        if (tile.packed == nullptr) return tile_.take(tile.data, tile.columns, tile.next);
        tile_.look_at(tile.packed->tile<Real>(tile.number), static_cast<Index>(tile.columns.size()),
                      tile.next_number ? tile.packed->tile<Real>(*tile.next_number) : nullptr);
    }
    // Of panels first, first + 1, ..., from those of `first` on.
    void logits(Index first, Index panels, const TileLogits& out) {
        tile_logits(tile_, states_.data() + first * panel_width<Real> * rows(), panels, out);
    }
    // The data first .. first + count - 1 of the tile (multiples of six) into the means of every panel.
    void add_means(Index first, Index count, const Real* weights, std::span<double* const> means) {
        add_tile_means(tile_, first, count, weights, means);
    }

private:
    PackedTile<Real> tile_;
    Aligned<Real> states_;
};

}  // namespace kairos::dynamics
