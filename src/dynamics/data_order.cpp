#include "data_order.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kairos::dynamics {
namespace {

std::vector<int> classes_of(const law::Labels& labels, std::size_t datum) {
    std::vector<int> classes;
    for (const law::Level& level : labels.levels) classes.push_back(level.class_of[datum]);
    return classes;
}

}  // namespace

DataOrder::DataOrder(const law::Mixture& mixture, const Shards* shards) {
    const law::Labels& labels = mixture.labels;
    for (const law::Level& level : labels.levels) classes_per_level_.push_back(level.classes());
    std::vector<std::int64_t> sorted(static_cast<std::size_t>(mixture.components()));
    std::iota(sorted.begin(), sorted.end(), std::int64_t{0});
    const auto before = [&](std::int64_t a, std::int64_t b) {
        const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
        const auto& chosen = labels.classes().class_of;
        if (chosen[i] != chosen[j]) return chosen[i] < chosen[j];
        for (const law::Level& level : labels.levels)
            if (level.class_of[i] != level.class_of[j]) return level.class_of[i] < level.class_of[j];
        return false;
    };
    if (labels.any()) std::ranges::stable_sort(sorted, before);

    data_.reserve(sorted.size() + data_group);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const auto datum = static_cast<std::size_t>(sorted[i]);
        if (i > 0 && labels.any() &&
            labels.classes().class_of[datum] !=
                labels.classes().class_of[static_cast<std::size_t>(sorted[i - 1])])
            close_class();
        const std::vector<int> classes = classes_of(labels, datum);
        if (labels.any() && (classes_.empty() || classes_.back() != classes)) classes_.push_back(classes);
        add(sorted[i], labels.any() ? classes_.back().data() : nullptr);
    }
    close_class();
    if (shards != nullptr) keep_share(*shards);
}

void DataOrder::keep_share(const Shards& shards) {
    const auto [begin, end] = shards.share_of(tiles_.size());
    std::vector<std::int64_t> data;
    std::vector<DataTile> tiles;
    for (std::size_t number = begin; number < end; ++number) {
        const auto rows = this->data(tiles_[number]);
        tiles.push_back(std::move(tiles_[number]));
        tiles.back().first = static_cast<Index>(data.size());
        data.insert(data.end(), rows.begin(), rows.end());
    }
    data_ = std::move(data);
    tiles_ = std::move(tiles);
}

void DataOrder::add(std::int64_t datum, const int* classes) {
    const auto place = static_cast<Index>(data_.size());
    data_.push_back(datum);
    if (tiles_.empty() || tiles_.back().rows == tile_rows)
        tiles_.push_back({place, 0, static_cast<std::uint32_t>(tiles_.size()), {}});
    DataTile& tile = tiles_.back();
    if (classes != nullptr) {
        if (tile.cells.empty() || tile.cells.back().classes != classes)
            tile.cells.push_back({tile.rows, 0, classes});
        ++tile.cells.back().count;
    }
    ++tile.rows;
}

void DataOrder::close_class() {
    const int* const classes = tiles_.back().cells.empty() ? nullptr : tiles_.back().cells.back().classes;
    while (tiles_.back().rows % data_group != 0) add(-1, classes);
}

}  // namespace kairos::dynamics
