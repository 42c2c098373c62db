// src/dynamics/digit_products.hpp: both products of a posterior from signed digits, where single precision is enough.
//
// Numbers have three digits of eight bits (digits.hpp). Six products of digits, exact in whole numbers, are put together as floats and folded
// into doubles, over a chunk of coordinates and over a tile: rounding is that of products of floats. With tiles of 8-bit numbers
// (matrix_tiles.hpp) a product of digits costs a thirtieth of one of floats. Tiles that are not even (digit_tile.hpp) are multiplied as floats.
//
// Six products of a chunk go over 32 data and 32 lanes at a time, then the next lanes: the data stay in the first-level cache or the second.
// Shapes and interface: packed_products.hpp. A lane's results depend on no other lane. Source: docs/performance.md, "Many data".
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "digit_tile.hpp"
#include "matrix_tiles.hpp"
#include "packed_products.hpp"

namespace kairos::dynamics {

class DigitProducts {
public:
    using Real = float;
    explicit DigitProducts(Index coordinates);
    // Whether this processor has such tiles and may enter them: otherwise floats are faster.
    [[nodiscard]] static bool pay();

    [[nodiscard]] Index rows() const { return tile_.chunks().coordinates(); }
    void set_states(const Rows& states, double factor);
    void take(const TileSource& tile);
    void logits(Index first, Index panels, const TileLogits& out);
    void add_means(Index first, Index count, const float* weights, std::span<double* const> means);

private:
    static constexpr Index width = panel_width<float>;
    static_assert(width == sheet_lanes, "a sheet of states is a panel");

    [[nodiscard]] std::int8_t* state_sheets(Index chunk, Index panel) {
        return states_.data() + panels_ * bytes_of_sheets(tile_.chunks().begin(chunk)) +
               panel * bytes_of_sheets(tile_.chunks().size(chunk));
    }
    void add_chunk(Index chunk, Index first, Index panels, const MatrixTiles& tiles, const TileLogits& out);

    DigitTile tile_;
    Index panels_ = 0;
    Aligned<float> rounded_;
    Aligned<std::int8_t> states_, weights_;
    std::vector<double> state_scales_, weight_scales_;  // [lane]
    PackedProducts<float> floats_;                      // of tiles that are not even
    const Rows* given_ = nullptr;                       // the states, as long as floats_ does not have them
    double factor_ = 0.0;
};

}  // namespace kairos::dynamics
