#include "digit_tile.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace kairos::dynamics {
namespace {

constexpr std::int32_t most_above_mean = 6, not_finite = 255;  // exponents of floats
constexpr Index head_bytes = 64;                               // whether the tile is even
constexpr Index blocks_of_tile = tile_rows / sheet_lanes;
static_assert(tile_rows % sheet_values == 0 && tile_rows % sheet_lanes == 0);

// to[k][row] = from[row][k], four by four: vectors that every processor has.
void turn_four(const float* from, float* to) {
    using Four [[gnu::vector_size(16), gnu::aligned(4)]] = float;
    const auto row = [from](Index r) { return *reinterpret_cast<const Four*>(from + r * sheet_values); };
    const auto store = [to](Index k, Four values) { *reinterpret_cast<Four*>(to + k * tile_rows) = values; };
    const Four low01 = __builtin_shufflevector(row(0), row(1), 0, 4, 1, 5),
               high01 = __builtin_shufflevector(row(0), row(1), 2, 6, 3, 7),
               low23 = __builtin_shufflevector(row(2), row(3), 0, 4, 1, 5),
               high23 = __builtin_shufflevector(row(2), row(3), 2, 6, 3, 7);
    store(0, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
    store(1, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
    store(2, __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
    store(3, __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
}

// Head, then scales, then the sheets of the data, then those of the coordinates.
Index offset_of_data(const DigitChunks& chunks) {
    return head_bytes + (tile_rows + chunks.coordinates()) * static_cast<Index>(sizeof(double));
}
Index offset_of_coordinates(const DigitChunks& chunks) {
    return offset_of_data(chunks) + blocks_of_tile * bytes_of_sheets(chunks.coordinates());
}

}  // namespace

DigitTile::DigitTile(Index coordinates) : coordinates_(coordinates), chunks_(coordinates) {
    by_datum_.reserve(static_cast<std::size_t>(tile_rows * sheet_values));
    by_coordinate_.reserve(static_cast<std::size_t>(tile_rows * sheet_values));
}

std::size_t DigitTile::bytes(Index coordinates) {
    const DigitChunks chunks(coordinates);
    return static_cast<std::size_t>(offset_of_coordinates(chunks) +
                                    chunks.coordinates() / sheet_lanes * bytes_of_sheets(tile_rows));
}

bool DigitTile::even() const { return at_[0] != std::byte{0}; }
const double* DigitTile::data_scales() const { return reinterpret_cast<const double*>(at_ + head_bytes); }
const double* DigitTile::coordinate_scales() const { return data_scales() + tile_rows; }
Index DigitTile::data_offset(Index chunk, Index block) const {
    return offset_of_data(chunks_) + blocks_of_tile * bytes_of_sheets(chunks_.begin(chunk)) +
           block * bytes_of_sheets(chunks_.size(chunk));
}
Index DigitTile::coordinate_offset(Index block) const {
    return offset_of_coordinates(chunks_) + block * bytes_of_sheets(tile_rows);
}

// Blocks of one tile lie one after the other; those of the coordinates after all of the data.
Upcoming DigitTile::data_after(Index chunk, Index block) const {
    if (block + 1 < (rows_ + sheet_lanes - 1) / sheet_lanes)
        return Upcoming::block(data_sheets(chunk, block + 1), bytes_of_sheets(chunks_.size(chunk)));
    if (chunk + 1 < chunks_.count())
        return Upcoming::block(data_sheets(chunk + 1, 0), bytes_of_sheets(chunks_.size(chunk + 1)));
    return Upcoming::block(coordinate_sheets(0), bytes_of_sheets(tile_rows));
}

Upcoming DigitTile::coordinates_after(Index block) const {
    if ((block + 1) * sheet_lanes < chunks_.coordinates())
        return Upcoming::block(coordinate_sheets(block + 1), bytes_of_sheets(tile_rows));
    if (next_ == nullptr) return {};
    return Upcoming::block(next_ + data_offset(0, 0), bytes_of_sheets(chunks_.size(0)));
}

void DigitTile::look_at(const std::byte* packed, Index rows, const std::byte* next) {
    at_ = packed;
    rows_ = rows;
    next_ = next;
}

// 64 coordinates from `first` on, filled up with zeros.
void DigitTile::copy_sheet(const CentredData& data, std::span<const Index> columns, Index first) {
    const Index count = std::min(sheet_values, coordinates_ - first);
    std::fill_n(by_datum_.data(), tile_rows * sheet_values, 0.0F);
    for (std::size_t row = 0; row < columns.size(); ++row) {
        if (columns[row] < 0) continue;
        const double *const from = data.column(columns[row]) + first, *const centre =
                                                                          data.centre.data() + first;
        float* const to = by_datum_.data() + static_cast<Index>(row) * sheet_values;
        for (Index k = 0; k < count; ++k) to[k] = static_cast<float>(from[k] - centre[k]);
    }
    for (Index row = 0; row < tile_rows; row += 4)
        for (Index k = 0; k < sheet_values; k += 4)
            turn_four(by_datum_.data() + row * sheet_values + k, by_coordinate_.data() + k * tile_rows + row);
}

// By the exponents of the numbers, which are whole numbers of the same size as floats.
bool DigitTile::sheet_is_even() const {
    std::array<std::int32_t, sheet_values> most{}, sum{}, count{};
    for (Index row = 0; row < rows_; ++row) {
        const float* const numbers = by_datum_.data() + row * sheet_values;
        for (std::size_t k = 0; k < sheet_values; ++k) {
            const auto bits = std::bit_cast<std::int32_t>(std::abs(numbers[k]));
            most[k] = std::max(most[k], bits >> 23);
            sum[k] += bits >> 23;
            count[k] += bits == 0 ? 0 : 1;
        }
    }
    for (std::size_t k = 0; k < sheet_values; ++k)
        if (most[k] == not_finite || (most[k] - most_above_mean) * count[k] > sum[k]) return false;
    return true;
}

// Over all coordinates, before any of them is sliced.
void DigitTile::find_data_scales(const CentredData& data, std::span<const Index> columns, double* scales) {
    std::fill_n(scales, tile_rows, 0.0);
    alignas(64) std::array<double, sheet_lanes> of_block{};
    std::array<float, sheet_lanes> most{};
    for (std::size_t row = 0; row < columns.size(); ++row) {
        const std::size_t lane = row % sheet_lanes;
        most[lane] = columns[row] < 0
                         ? 0.0F
                         : static_cast<float>(data.datum(columns[row]).template lpNorm<Eigen::Infinity>());
        if (lane + 1 < sheet_lanes && row + 1 < columns.size()) continue;
        scales_of({most.data(), 0, 1, 0, 1}, of_block.data());
        std::copy_n(of_block.data(), lane + 1, scales + row - lane);
    }
}

// The sheets of coordinates first .. first + 63, which belong to this chunk.
void DigitTile::pack_data(std::byte* room, Index chunk, Index first, const double* scales) {
    const Index sheet = (first - chunks_.begin(chunk)) / sheet_values,
                of_digit = bytes_of_sheets(chunks_.size(chunk)) / digits;
    for (Index block = 0; block < blocks_of_tile; ++block) {
        auto* const to = reinterpret_cast<std::int8_t*>(room + data_offset(chunk, block));
        slice_left(by_datum_.data() + block * sheet_lanes * sheet_values, sheet_values, sheet_values,
                   scales + block * sheet_lanes, to + sheet * sheet_bytes, of_digit);
    }
}

void DigitTile::pack_coordinates(std::byte* room, Index first) {
    for (Index k = first; k < first + sheet_values; k += sheet_lanes) {
        double* const scales = reinterpret_cast<double*>(room + head_bytes) + tile_rows + k;
        scales_of({by_datum_.data() + k - first, sheet_values, tile_rows, 0, tile_rows}, scales);
        slice_left(by_coordinate_.data() + (k - first) * tile_rows, tile_rows, tile_rows, scales,
                   reinterpret_cast<std::int8_t*>(room + coordinate_offset(k / sheet_lanes)),
                   bytes_of_sheets(tile_rows) / digits);
    }
}

void DigitTile::take(const CentredData& data, std::span<const Index> columns, std::byte* room) {
    if (room == nullptr) {
        own_.reserve(bytes(coordinates_));
        room = own_.data();
    }
    look_at(room, static_cast<Index>(columns.size()));
    auto* const scales = reinterpret_cast<double*>(room + head_bytes);
    find_data_scales(data, columns, scales);
    bool even = true;
    for (Index chunk = 0; chunk < chunks_.count(); ++chunk) {
        for (Index first = chunks_.begin(chunk); even && first < chunks_.begin(chunk + 1);
             first += sheet_values) {
            copy_sheet(data, columns, first);
            even = sheet_is_even();
            pack_data(room, chunk, first, scales);
            pack_coordinates(room, first);
        }
    }
    room[0] = std::byte{even};
}

}  // namespace kairos::dynamics
