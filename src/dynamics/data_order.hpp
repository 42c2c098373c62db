// src/dynamics/data_order.hpp: in which order many data stream by, and which classes meet in a tile.
//
// Data are sorted by class (that of class_* observables first, then the other levels), so that few tiles hold more than one; the data
// of a class are filled up to a multiple of six with absent ones (number -1). Data of one class keep their order.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kairos/law/mixture.hpp"
#include "packed_tile.hpp"
#include "softmax_tile.hpp"

namespace kairos::dynamics {

struct DataTile {
    Index first, rows;        // of the order
    std::vector<Cell> cells;  // rows counted from the tile's first; empty without levels
};

class DataOrder {
public:
    explicit DataOrder(const law::Mixture& mixture);

    [[nodiscard]] const std::vector<DataTile>& tiles() const { return tiles_; }
    [[nodiscard]] std::span<const std::int64_t> data(const DataTile& tile) const {
        return {data_.data() + tile.first, static_cast<std::size_t>(tile.rows)};
    }
    [[nodiscard]] const std::vector<int>& classes_per_level() const { return classes_per_level_; }

private:
    void add(std::int64_t datum, const int* classes);
    void close_class();

    std::vector<std::int64_t> data_;
    std::vector<DataTile> tiles_;
    std::vector<int> classes_per_level_;
    std::vector<std::vector<int>> classes_;  // of every combination of levels that occurs
};

}  // namespace kairos::dynamics
