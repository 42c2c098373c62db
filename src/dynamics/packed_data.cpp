#include "kairos/dynamics/packed_data.hpp"

#include <algorithm>
#include <utility>

#include "aligned.hpp"
#include "data_order.hpp"
#include "data_posterior.hpp"
#include "packed_tile.hpp"

namespace kairos::dynamics {
namespace {

std::size_t bytes_of(Precision precision) {
    return precision == Precision::mixed ? sizeof(float) : sizeof(double);
}

std::size_t size_of_tile(Index coordinates) {
    return static_cast<std::size_t>(Chunks(coordinates).coordinates() * tile_rows);
}

}  // namespace

std::size_t PackedData::numbers(const law::Mixture& mixture, Precision precision) {
    if (!DataPosterior::serves(mixture)) return 0;
    const std::size_t values = DataOrder(mixture).tiles().size() * size_of_tile(mixture.coordinates());
    return values * bytes_of(precision) / sizeof(double);
}

PackedData::PackedData(const law::Mixture& mixture, Precision precision, std::shared_ptr<const void> owner,
                       double* values)
    : points_(mixture.means),
      precision_(precision),
      order_(std::make_unique<const DataOrder>(mixture)),
      tiles_(order_->tiles().size()),
      values_of_tile_(size_of_tile(mixture.coordinates())),
      owner_(std::move(owner)),
      values_(values) {}

PackedData::~PackedData() = default;

std::shared_ptr<const PackedData> PackedData::made(const law::Mixture& mixture, Precision precision) {
    const auto room = std::make_shared<Aligned<double>>();
    room->reserve(numbers(mixture, precision));
    auto packed = std::make_shared<PackedData>(mixture, precision, room, room->data());
    packed->pack(0, packed->tiles());
    return packed;
}

template <class Real>
void PackedData::pack_tiles(std::size_t first, std::size_t last) {
    std::vector<Index> columns;
    for (std::size_t number = first; number < last; ++number) {
        const auto data = order_->data(order_->tiles()[number]);
        columns.assign(data.begin(), data.end());
        PackedTile<Real> tile(points_.rows(), reinterpret_cast<Real*>(values_) + number * values_of_tile_);
        tile.take(points_, columns);
        for (Index chunk = 0; chunk < tile.chunks().count(); ++chunk) tile.pack(chunk);
    }
}

void PackedData::pack(std::size_t first, std::size_t last) {
    if (precision_ == Precision::mixed)
        pack_tiles<float>(first, last);
    else
        pack_tiles<double>(first, last);
}

bool PackedData::holds(const law::Mixture& mixture, Precision precision, const DataOrder& order) const {
    const auto same = [this, &order](const DataTile& tile) {
        return tile.number < tiles_ &&
               std::ranges::equal(order.data(tile), order_->data(order_->tiles()[tile.number]));
    };
    return precision == precision_ && mixture.means.data() == points_.data() &&
           mixture.means.rows() == points_.rows() && mixture.means.cols() == points_.cols() &&
           std::ranges::all_of(order.tiles(), same);
}

template <class Real>
const Real* PackedData::tile(std::size_t number) const {
    return reinterpret_cast<const Real*>(values_) + number * values_of_tile_;
}

template const double* PackedData::tile<double>(std::size_t) const;
template const float* PackedData::tile<float>(std::size_t) const;

}  // namespace kairos::dynamics
