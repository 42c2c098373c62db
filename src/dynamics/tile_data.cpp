#include "tile_data.hpp"

namespace kairos::dynamics {

// What belongs to the numbers of the data.
void TileData::look_up(const DataConstants& of, double half) {
    columns.assign(datum.begin(), datum.end());
    constants.resize(datum.size());
    norm2.resize(datum.size());
    for (std::size_t row = 0; row < datum.size(); ++row) {
        const Index k = columns[row];
        norm2[row] = k < 0 ? 0.0 : of.norm2[k];
        constants[row] = k < 0 ? absent_logit : of.log_weights[k] - half * norm2[row];
    }
}

// The last cell takes the absent rows, so that cells stay without gaps.
void TileData::fill_up() {
    while (datum.size() % data_group != 0) {
        datum.push_back(-1);
        if (!cells.empty()) ++cells.back().count;
    }
}

void TileData::take_all(const DataOrder& order, const DataTile& tile, const DataConstants& of, double half) {
    const auto numbers = order.data(tile);
    datum.assign(numbers.begin(), numbers.end());
    cells = tile.cells;
    look_up(of, half);
}

void TileData::take(const DataOrder& order, const DataTile& tile, std::span<const Index> rows_of_tile,
                    std::size_t level, const DataConstants& of, double half) {
    datum.clear();
    cells.clear();
    const auto data = order.data(tile);
    auto cell = tile.cells.begin();
    for (const Index row : rows_of_tile) {
        if (!tile.cells.empty()) {
            while (row >= cell->first + cell->count) ++cell;
            const bool new_cell = cells.empty() || cells.back().classes != cell->classes;
            if (new_cell && !cells.empty() && cells.back().classes[level] != cell->classes[level]) fill_up();
            if (new_cell) cells.push_back({static_cast<Index>(datum.size()), 0, cell->classes});
            ++cells.back().count;
        }
        datum.push_back(data[static_cast<std::size_t>(row)]);
    }
    fill_up();
    look_up(of, half);
}

}  // namespace kairos::dynamics
