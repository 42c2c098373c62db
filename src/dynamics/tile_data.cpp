#include "tile_data.hpp"

namespace kairos::dynamics {

void TileData::clear() {
    columns.clear();
    datum.clear();
    constants.clear();
    norm2.clear();
    cells.clear();
}

void TileData::add(std::int64_t number, const DataConstants& of, double half) {
    const auto k = static_cast<Index>(number);
    columns.push_back(k);
    datum.push_back(number);
    norm2.push_back(k < 0 ? 0.0 : of.norm2[k]);
    constants.push_back(k < 0 ? absent_logit : of.log_weights[k] - half * of.norm2[k]);
}

// The last cell takes the absent rows, so that cells stay without gaps.
void TileData::fill_up() {
    while (rows() % data_group != 0) {
        columns.push_back(-1);
        datum.push_back(-1);
        norm2.push_back(0.0);
        constants.push_back(absent_logit);
        if (!cells.empty()) ++cells.back().count;
    }
}

void TileData::take_all(const DataOrder& order, const DataTile& tile, const DataConstants& of, double half) {
    clear();
    for (const std::int64_t number : order.data(tile)) add(number, of, half);
    cells = tile.cells;
}

void TileData::take(const DataOrder& order, const DataTile& tile, std::span<const Index> rows_of_tile,
                    std::size_t level, const DataConstants& of, double half) {
    clear();
    const auto data = order.data(tile);
    auto cell = tile.cells.begin();
    for (const Index row : rows_of_tile) {
        if (!tile.cells.empty()) {
            while (row >= cell->first + cell->count) ++cell;
            const bool new_cell = cells.empty() || cells.back().classes != cell->classes;
            if (new_cell && !cells.empty() && cells.back().classes[level] != cell->classes[level]) fill_up();
            if (new_cell) cells.push_back({rows(), 0, cell->classes});
            ++cells.back().count;
        }
        add(data[static_cast<std::size_t>(row)], of, half);
    }
    fill_up();
}

}  // namespace kairos::dynamics
