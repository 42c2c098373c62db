#include "packed_tile.hpp"

#include <array>
#include <cassert>
#include <type_traits>

#include "quantised.hpp"

namespace kairos::dynamics {
namespace {

// Two doubles, or what they are in single precision: the widest vectors that every processor has, and enough, since stores bound the work.
template <class Real>
struct Pair {
    using Doubles [[gnu::vector_size(16), gnu::aligned(8)]] = double;
    using Values [[gnu::vector_size(2 * sizeof(Real)), gnu::aligned(4)]] = Real;
    static Values load(const double* from, const double* centre) {
        return __builtin_convertvector(
            *reinterpret_cast<const Doubles*>(from) - *reinterpret_cast<const Doubles*>(centre), Values);
    }
    static void store(Values values, Real* to) { *reinterpret_cast<Values*>(to) = values; }
};

// to[6 k + r] = from[r][k] - centre[k]
template <class Real>
void interleave(const std::array<const double*, data_group>& from, const double* centre, Index count,
                Real* to) {
    using Two = Pair<Real>;
    Index k = 0;
    for (; k + 1 < count; k += 2, to += 2 * data_group) {
        for (std::size_t r = 0; r < data_group; r += 2) {
            const auto a = Two::load(from[r] + k, centre + k), b = Two::load(from[r + 1] + k, centre + k);
            Two::store(__builtin_shufflevector(a, b, 0, 2), to + r);
            Two::store(__builtin_shufflevector(a, b, 1, 3), to + data_group + r);
        }
    }
    for (std::size_t r = 0; k < count && r < data_group; ++r)
        to[r] = static_cast<Real>(from[r][k] - centre[k]);
}

// Pairs: to[6 k + r] = from[r][2k] - centre[2k], from[r][2k + 1] - centre[2k + 1], in steps
void interleave_pairs(const std::array<const double*, data_group>& from, const double* centre,
                      Index coordinates, double step, NumberPair* to) {
    const double steps = per_step(step);
    Index k = 0;
    for (; k + 1 < coordinates; k += 2, to += data_group)
        for (std::size_t r = 0; r < data_group; ++r)
            to[r] = pair_of(from[r][k] - centre[k], from[r][k + 1] - centre[k + 1], steps);
    for (std::size_t r = 0; k < coordinates && r < data_group; ++r)
        to[r] = pair_of(from[r][k] - centre[k], 0.0, steps);
}

}  // namespace

template <class Real>
PackedTile<Real>::PackedTile(Index coordinates, Real* room)
    : data_coordinates_(coordinates),
      chunks_((coordinates + coordinates_of_value<Real> - 1) / coordinates_of_value<Real>,
              most_of_chunk<Real>),
      room_(room) {
    if (room == nullptr) {
        own_.reserve(static_cast<std::size_t>(chunks_.coordinates() * tile_rows));
        room_ = own_.data();
    }
}

template <class Real>
void PackedTile<Real>::take(const CentredData& data, std::span<const Index> columns,
                            std::span<const Index> next) {
    assert(columns.size() % data_group == 0 && static_cast<Index>(columns.size()) <= tile_rows);
    data_ = &data;
    columns_ = columns;
    next_ = next;
    rows_ = static_cast<Index>(columns.size());
    at_ = room_;
}

template <class Real>
void PackedTile<Real>::look_at(const Real* packed, Index rows, const Real* next) {
    data_ = nullptr;
    at_ = packed;
    rows_ = rows;
    next_packed_ = next;
}

template <class Real>
Index PackedTile<Real>::used_coordinates(Index number) const {
    const Index first = chunks_.begin(number) * coordinates_of_value<Real>;
    return std::min(data_coordinates_ - first, chunks_.size(number) * coordinates_of_value<Real>);
}

template <class Real>
void PackedTile<Real>::pack(Index number) {
    if (data_ == nullptr) return;
    const Index first = chunks_.begin(number), size = chunks_.size(number);
    const Index coordinates = used_coordinates(number), used = used_values(number);
    Real* to = room_ + first * tile_rows;
    for (std::size_t group = 0; group < columns_.size(); group += data_group, to += size * data_group) {
        std::array<const double*, data_group> from{};
        for (std::size_t r = 0; r < data_group; ++r) {
            from[r] = data_->column(columns_[group + r]) + first * coordinates_of_value<Real>;
        }
        const double* const centre = data_->centre.data() + first * coordinates_of_value<Real>;
        if constexpr (std::is_same_v<Real, NumberPair>)
            interleave_pairs(from, centre, coordinates, step_, to);
        else
            interleave(from, centre, coordinates, to);
        std::fill(to + used * data_group, to + size * data_group, Real{0});
    }
}

template <class Real>
Upcoming PackedTile<Real>::after(Index number) const {
    if (number + 1 == chunks_.count()) return beginning_of_next();
    return data_ == nullptr ? all_of(chunk(number + 1), number + 1) : columns_of(columns_, number + 1);
}

template <class Real>
Upcoming PackedTile<Real>::before(Index number) const {
    return number == 0 ? beginning_of_next() : all_of(chunk(number - 1), number - 1);
}

template <class Real>
Upcoming PackedTile<Real>::beginning_of_next() const {
    return data_ == nullptr ? all_of(next_packed_, 0) : columns_of(next_, 0);
}

// What a chunk is packed from.
template <class Real>
Upcoming PackedTile<Real>::columns_of(std::span<const Index> columns, Index number) const {
    return {data_->points.data() + chunks_.begin(number) * coordinates_of_value<Real>,
            data_->points.outerStride() * static_cast<Index>(sizeof(double)), columns,
            used_coordinates(number) * static_cast<Index>(sizeof(double))};
}

// A packed chunk is one column of lines.
template <class Real>
Upcoming PackedTile<Real>::all_of(const Real* chunk, Index number) const {
    if (chunk == nullptr) return {};
    return Upcoming::block(chunk, chunks_.size(number) * rows_);
}

template <class Real>
void pack_panels(const Rows& states, double factor, Index rows, Aligned<Real>& panels) {
    constexpr Index width = panel_width<Real>;
    const Index lanes = states.cols(), d = states.rows();
    panels.reserve(static_cast<std::size_t>(rows * round_up(lanes, width)));
    Real* to = panels.data();
    for (Index first = 0; first < lanes; first += width) {
        const Index count = std::min(width, lanes - first);
        for (Index k = 0; k < rows; ++k, to += width) {
            const Index used = k < d ? count : 0;
            for (Index q = 0; q < used; ++q) to[q] = static_cast<Real>(factor * states(k, first + q));
            std::fill(to + used, to + width, Real{0});
        }
    }
}

template class PackedTile<double>;
template class PackedTile<float>;
template class PackedTile<NumberPair>;
template void pack_panels(const Rows&, double, Index, Aligned<double>&);
template void pack_panels(const Rows&, double, Index, Aligned<float>&);

}  // namespace kairos::dynamics
