// src/dynamics/matrix_tiles.hpp: products of 8-bit numbers, a block of 32 x 32 at a time.
//
//   sum(p, q) += sum_k left(k, p) right(k, q)        whole numbers of 32 bits: a product is at most 2^14, see most_sheets
//
// By tiles of AMX where they are allowed: two of either side and four sums are its eight registers, 16 multiply-adds a byte that
// is loaded. Elsewhere by loops, with the same sums. One object at a time in a thread; registers are free again when it ends.
// Shapes: sheets of digits.hpp; sums 32 x 32, row p. Source: Intel 2024 (Architecture Instruction Set Extensions, AMX-INT8).
#pragma once
#include <cstdint>

#include "digits.hpp"
#include "packed_tile.hpp"

namespace kairos::dynamics {

class MatrixTiles {
public:
    MatrixTiles();
    ~MatrixTiles();
    MatrixTiles(const MatrixTiles&) = delete;
    MatrixTiles& operator=(const MatrixTiles&) = delete;

    // sums[level] of 32 x 32 numbers, level = i + j: the products of digits i and j of `sheets` sheets each.
    // A share of `next` is fetched with every product of sheets, of which there are products_of_block() in all.
    void multiply(const std::int8_t* left, const std::int8_t* right, Index sheets, std::int32_t* sums,
                  Upcoming& next) const;
    [[nodiscard]] static constexpr Index products_of_block(Index sheets) {
        return digits * (digits + 1) / 2 * sheets;
    }

private:
    bool in_registers_;
};

inline constexpr Index sums_of_level = sheet_lanes * sheet_lanes;
// Sheets whose products fit: of a level, `digits` products of digits of size 2^7.
inline constexpr Index most_sheets = (Index{1} << 17) / (digits * sheet_values) - 1;

}  // namespace kairos::dynamics
