// src/dynamics/tile_data.hpp: what the rows of a tile need besides the coordinates of their data.
//
//   c_j = log weight_j - (alpha^2/2v) |y'_j|^2        logit of row j: c_j + (alpha/v) y'_j.x'        (y', x': centred_data.hpp)
//
// A tile holds the rows of one tile of the order, all of them or a selection that keeps their order. A class's selected rows are filled
// up to a multiple of six with absent ones (number -1, constant absent_logit), as the order's are.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data_order.hpp"

namespace kairos::dynamics {

// Of every component y', |y'|^2 and the log weight.
struct DataConstants {
    explicit DataConstants(const law::Mixture& mixture)
        : data(mixture.means), norm2(data.norm2()), log_weights(mixture.weights.array().log()) {}
    CentredData data;
    Vector norm2, log_weights;
};

struct TileData {
    std::vector<Index> columns;  // of the mixture's means; -1: absent
    std::vector<std::int64_t> datum;
    std::vector<double> constants, norm2;
    std::vector<Cell> cells;

    [[nodiscard]] Index rows() const { return static_cast<Index>(columns.size()); }
    // half: alpha^2/2v
    void take_all(const DataOrder& order, const DataTile& tile, const DataConstants& of, double half);
    // Rows, counted from the tile's first, in ascending order; cells of one class of `level` are filled up together.
    void take(const DataOrder& order, const DataTile& tile, std::span<const Index> rows, std::size_t level,
              const DataConstants& of, double half);

private:
    void look_up(const DataConstants& of, double half);
    void fill_up();
};

}  // namespace kairos::dynamics
