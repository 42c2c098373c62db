// src/dynamics/data_order.hpp: in which order many data stream by, and which classes meet in a tile.
//
// Data are sorted by class (that of class_* observables first, then the other levels), so that few tiles hold more than one; the data
// of a class are filled up to a multiple of six with absent ones (number -1). Data of one class keep their order. Of a pass that is divided,
// tiles() are the share of the caller, numbered as in the whole.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kairos/dynamics/shards.hpp"
#include "kairos/law/mixture.hpp"
#include "packed_tile.hpp"
#include "softmax_tile.hpp"

namespace kairos::dynamics {

struct DataTile {
    Index first, rows;        // of the data at hand
    std::uint32_t number;     // of all tiles
    std::vector<Cell> cells;  // rows counted from the tile's first; empty without levels
};

class DataOrder {
public:
    explicit DataOrder(const law::Mixture& mixture, const Shards* shards = nullptr);

    [[nodiscard]] const std::vector<DataTile>& tiles() const { return tiles_; }
    [[nodiscard]] Index positions() const { return static_cast<Index>(data_.size()); }
    [[nodiscard]] std::span<const std::int64_t> data(const DataTile& tile) const {
        return {data_.data() + tile.first, static_cast<std::size_t>(tile.rows)};
    }
    [[nodiscard]] const std::vector<int>& classes_per_level() const { return classes_per_level_; }

private:
    void add(std::int64_t datum, const int* classes);
    void close_class();
    void keep_share(const Shards& shards);

    std::vector<std::int64_t> data_;
    std::vector<DataTile> tiles_;
    std::vector<int> classes_per_level_;
    std::vector<std::vector<int>> classes_;  // of every combination of levels that occurs
};

}  // namespace kairos::dynamics
