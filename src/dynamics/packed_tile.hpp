// src/dynamics/packed_tile.hpp: data and states in the order in which the two products of a posterior read them.
//
//   tile    chunk by chunk of the coordinates, in groups of six data: value(j, k) of the chunk that begins at b and has c coordinates at
//           b tile_rows + (j / 6) 6 c + 6 (k - b) + j % 6
//   panel   lanes in panels of 32 (of pairs 64), row by row: value(k, q) at (q / width) rows width + k width + q % width
//
// One copy of a tile serves both products: the first walks k within a group of six data, the second takes 6 x 6 blocks of it, which
// are contiguous. A chunk is packed when its turn comes, while the columns of the next are on their way: a tile of many coordinates does
// not fit into the second-level cache, two chunks do. Coordinates are padded with zeros to a multiple of six, lanes to a whole panel.
//
// Sizes (first-level data cache 32 to 48 KiB, second 512 KiB to 2 MiB): at most 132 coordinates of a panel of doubles (264 of floats) are
// 33 KiB and stay in the first level while all groups of a tile pass by; a chunk of a tile, 198 KiB, and a panel of logits of 192 data,
// 48 KiB, stay in the second.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "centred_data.hpp"
#include "kairos/base/aligned.hpp"
#include "kairos/base/array.hpp"

namespace kairos::dynamics {

// Two numbers of 16 bits, in the steps of quantised.hpp: what a screen looks at. Wherever values are counted, a pair of coordinates is one.
using NumberPair = std::int32_t;
template <class Real>
inline constexpr Index coordinates_of_value = std::is_same_v<Real, NumberPair> ? 2 : 1;

inline constexpr Index data_group = 6;   // data that share a pass over the coordinates
inline constexpr Index tile_rows = 192;  // data of a tile
// Coordinates of a chunk.
template <class Real>
inline constexpr Index most_of_chunk = (std::is_same_v<Real, float> ? 44 : 22) * data_group;
template <class Real>
inline constexpr Index panel_width = std::is_same_v<Real, NumberPair> ? 64 : 32;  // lanes
template <class Real>
inline constexpr Index panel_values =
    tile_rows* panel_width<Real>;  // logits, or weights, of a panel with a tile

[[nodiscard]] constexpr Index round_up(Index count, Index unit) { return (count + unit - 1) / unit * unit; }

// Lines of memory that will be read soon, the same ones of several columns: fetched into the second-level cache in shares while products
// run.
class Upcoming {
public:
    Upcoming() = default;
    // `bytes` from first + columns[i] * distance on; negative columns have none.
    Upcoming(const void* first, Index distance, std::span<const Index> columns, Index bytes)
        : first_(static_cast<const std::byte*>(first)),
          distance_(distance),
          columns_(columns),
          bytes_(bytes) {}
    // `count` values that lie together.
    template <class Value>
    static Upcoming block(const Value* values, Index count) {
        static constexpr Index one[] = {0};
        return {values, 0, one, count * static_cast<Index>(sizeof(Value))};
    }
    // `shares` calls of fetch() go over all of it.
    void divide(Index shares) {
        const Index lines = static_cast<Index>(columns_.size()) * ((bytes_ + line - 1) / line);
        share_ = (lines + shares - 1) / std::max<Index>(1, shares);
    }
    void fetch() {
        for (Index n = 0; n < share_; ++n) {
            if (next_ == end_ && !begin_column()) return;
            __builtin_prefetch(next_, 0, 2);
            next_ += line;
        }
    }

private:
    static constexpr Index line = 64;

    // The next one that there is.
    bool begin_column() {
        while (!columns_.empty() && columns_.front() < 0) columns_ = columns_.subspan(1);
        if (columns_.empty()) {
            share_ = 0;
            return false;
        }
        next_ = first_ + columns_.front() * distance_;
        end_ = next_ + (bytes_ + line - 1) / line * line;
        columns_ = columns_.subspan(1);
        return true;
    }

    const std::byte* first_ = nullptr;
    Index distance_ = 0;
    std::span<const Index> columns_;  // not begun yet
    Index bytes_ = 0, share_ = 0;
    const std::byte *next_ = nullptr, *end_ = nullptr;  // of the column at hand
};

// How `coordinates` of them (values of a datum, for pairs) are padded and cut into chunks of `most` or less.
class Chunks {
public:
    Chunks(Index coordinates, Index most)
        : sixes_((coordinates + data_group - 1) / data_group),
          count_((data_group * sixes_ + most - 1) / most) {}
    [[nodiscard]] Index coordinates() const { return data_group * sixes_; }  // padded
    [[nodiscard]] Index count() const { return count_; }
    [[nodiscard]] Index begin(Index number) const { return data_group * (sixes_ * number / count_); }
    [[nodiscard]] Index size(Index number) const { return begin(number + 1) - begin(number); }

private:
    Index sixes_, count_;
};

// Values of a datum in a packed tile, padding included.
template <class Real>
[[nodiscard]] Index padded_values(Index coordinates) {
    return round_up(round_up(coordinates, coordinates_of_value<Real>) / coordinates_of_value<Real>,
                    data_group);
}

template <class Real>
class PackedTile {
public:
    // Tiles of data in `coordinates` coordinates. room: where they are packed, tile_rows times the padded coordinates; none: own memory.
    explicit PackedTile(Index coordinates, Real* room = nullptr);
    // Of pairs: the step that numbers are rounded to.
    void quantise_by(double step) { step_ = step; }
    // The tile is data columns[0], columns[1], ...; a negative number is a datum of zeros. A multiple of six of them. `next`: what will
    // be taken afterwards, as far as it is known. All are looked at until then.
    void take(const CentredData& data, std::span<const Index> columns, std::span<const Index> next = {});
    // The tile is one that is packed already, of so many data; next: the one that will be looked at afterwards, or null.
    void look_at(const Real* packed, Index rows, const Real* next);
    // Packs one chunk of the tile that was taken.
    void pack(Index number);
    // What pack() (or a product) reads after this chunk; after the last, what the next tile begins with.
    [[nodiscard]] Upcoming after(Index number) const;
    // The chunk before this one, which is packed by now; before the first, what the next tile begins with.
    [[nodiscard]] Upcoming before(Index number) const;

    [[nodiscard]] const Chunks& chunks() const { return chunks_; }
    [[nodiscard]] Index coordinates() const { return chunks_.coordinates(); }
    [[nodiscard]] Index rows() const { return rows_; }
    // Values of a datum in a chunk, without the padding.
    [[nodiscard]] Index used_values(Index number) const {
        return round_up(used_coordinates(number), coordinates_of_value<Real>) / coordinates_of_value<Real>;
    }
    [[nodiscard]] const Real* chunk(Index number) const { return at_ + chunks_.begin(number) * tile_rows; }

private:
    [[nodiscard]] Upcoming columns_of(std::span<const Index> columns, Index number) const;
    [[nodiscard]] Upcoming all_of(const Real* chunk, Index number) const;
    [[nodiscard]] Upcoming beginning_of_next() const;

    [[nodiscard]] Index used_coordinates(Index number) const;  // of a chunk, without the padding

    Index data_coordinates_;
    Chunks chunks_;
    double step_ = 0.0;
    Aligned<Real> own_;
    Real* room_;

    const Real *at_ = nullptr, *next_packed_ = nullptr;
    Index rows_ = 0;
    const CentredData* data_ = nullptr;  // null where the tile is packed already
    std::span<const Index> columns_, next_;
};

// factor times the states, in panels of `rows` rows (the coordinates, padded).
template <class Real>
void pack_panels(const Rows& states, double factor, Index rows, Aligned<Real>& panels);

}  // namespace kairos::dynamics
