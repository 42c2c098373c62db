#include "kairos/dynamics/packed_data.hpp"

#include <algorithm>
#include <utility>

#include "data_order.hpp"
#include "data_posterior.hpp"
#include "digit_products.hpp"
#include "quantised.hpp"
#include "screen.hpp"

namespace kairos::dynamics {
namespace {

// Of a tile, in doubles.
template <class Real>
std::size_t size_of_tile(Index coordinates) {
    return static_cast<std::size_t>(padded_values<Real>(coordinates) * tile_rows) * sizeof(Real) /
           sizeof(double);
}

template <>
std::size_t size_of_tile<std::byte>(Index coordinates) {
    return DigitTile::bytes(coordinates) / sizeof(double);
}

bool with_digits(Precision precision) { return precision == Precision::mixed && DigitProducts::pay(); }

std::size_t size_of_tile(Index coordinates, Index components, Precision precision) {
    if (with_digits(precision)) return size_of_tile<std::byte>(coordinates);
    if (precision == Precision::mixed) return size_of_tile<float>(coordinates);
    return size_of_tile<double>(coordinates) +
           (Screen::may_pay(components) ? size_of_tile<NumberPair>(coordinates) : 0);
}

bool with_pairs(const law::Mixture& mixture, Precision precision) {
    return precision == Precision::in_double && Screen::may_pay(mixture.components());
}

}  // namespace

std::size_t PackedData::numbers(const law::Mixture& mixture, Precision precision) {
    if (!DataPosterior::serves(mixture)) return 0;
    return DataOrder(mixture).tiles().size() *
           size_of_tile(mixture.coordinates(), mixture.components(), precision);
}

double PackedData::bytes(Index coordinates, Index components, Precision precision) {
    return static_cast<double>(size_of_tile(coordinates, components, precision)) * sizeof(double) /
           static_cast<double>(tile_rows) * static_cast<double>(components);
}

PackedData::PackedData(const law::Mixture& mixture, Precision precision, std::shared_ptr<const void> owner,
                       double* values)
    : data_(std::make_unique<const CentredData>(mixture.means)),
      precision_(precision),
      digits_(with_digits(precision)),
      order_(std::make_unique<const DataOrder>(mixture)),
      tiles_(order_->tiles().size()),
      pair_step_(with_pairs(mixture, precision) ? step_for(data_->largest()) : 0.0),
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

// Tiles of pairs stand behind all others.
template <class Value>
std::size_t PackedData::place_of(std::size_t number) const {
    const std::size_t before =
        std::is_same_v<Value, NumberPair> ? tiles_ * size_of_tile<double>(data_->points.rows()) : 0;
    return before + number * size_of_tile<Value>(data_->points.rows());
}

template <class Real>
void PackedData::pack_tiles(std::size_t first, std::size_t last) {
    std::vector<Index> columns;
    for (std::size_t number = first; number < last; ++number) {
        const auto data = order_->data(order_->tiles()[number]);
        columns.assign(data.begin(), data.end());
        PackedTile<Real> tile(data_->points.rows(),
                              reinterpret_cast<Real*>(values_ + place_of<Real>(number)));
        tile.quantise_by(pair_step_);
        tile.take(*data_, columns);
        for (Index chunk = 0; chunk < tile.chunks().count(); ++chunk) tile.pack(chunk);
    }
}

void PackedData::pack_digits(std::size_t first, std::size_t last) {
    std::vector<Index> columns;
    DigitTile tile(data_->points.rows());
    for (std::size_t number = first; number < last; ++number) {
        const auto data = order_->data(order_->tiles()[number]);
        columns.assign(data.begin(), data.end());
        tile.take(*data_, columns, reinterpret_cast<std::byte*>(values_ + place_of<std::byte>(number)));
    }
}

void PackedData::pack(std::size_t first, std::size_t last) {
    if (digits_)
        pack_digits(first, last);
    else if (precision_ == Precision::mixed)
        pack_tiles<float>(first, last);
    else
        pack_tiles<double>(first, last);
    if (has_pairs()) pack_tiles<NumberPair>(first, last);
}

bool PackedData::holds(const law::Mixture& mixture, Precision precision, const DataOrder& order) const {
    const auto same = [this, &order](const DataTile& tile) {
        return tile.number < tiles_ &&
               std::ranges::equal(order.data(tile), order_->data(order_->tiles()[tile.number]));
    };
    return precision == precision_ && digits_ == with_digits(precision) &&
           mixture.means.data() == data_->points.data() && mixture.means.rows() == data_->points.rows() &&
           mixture.means.cols() == data_->points.cols() && std::ranges::all_of(order.tiles(), same);
}

template <class Value>
const Value* PackedData::tile(std::size_t number) const {
    return reinterpret_cast<const Value*>(values_ + place_of<Value>(number));
}

template const double* PackedData::tile<double>(std::size_t) const;
template const float* PackedData::tile<float>(std::size_t) const;
template const std::byte* PackedData::tile<std::byte>(std::size_t) const;
template const NumberPair* PackedData::tile<NumberPair>(std::size_t) const;

}  // namespace kairos::dynamics
