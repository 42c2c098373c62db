// src/dynamics/packed_tile.hpp: data and states in the order in which the two products of a posterior read them.
//
//   tile    data in groups of six, coordinate by coordinate: value(j, k) at (j / 6) stride + 6 k + j % 6
//   panel   lanes in panels of 256 bytes, row by row: value(k, q) at (q / width) rows width + k width + q % width
//
// One copy of a tile serves both products: the first walks k within a group of six data, the second takes 6 x 6 blocks of it, which
// are contiguous. The stride between groups is padded by two cache lines, or tiles of 2^n coordinates would fall on a few sets of the
// first-level cache. Coordinates are padded with zeros to a multiple of six, lanes to a whole panel.
//
// Sizes (first-level data cache 32 to 48 KiB, second 512 KiB to 2 MiB): 128 coordinates of a panel are 32 KiB and stay in the first
// level while all groups of a tile pass by; a panel of logits of 192 data is 48 KiB and stays in the second.
#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "aligned.hpp"
#include "kairos/base/array.hpp"

namespace kairos::dynamics {

inline constexpr Index data_group = 6;   // data that share a pass over the coordinates
inline constexpr Index tile_rows = 192;  // data of a tile
inline constexpr Index chunk = 128;      // coordinates of a panel that stay in the first-level cache
template <class Real>
inline constexpr Index panel_width = 256 / static_cast<Index>(sizeof(Real));  // lanes
template <class Real>
inline constexpr Index panel_values =
    tile_rows* panel_width<Real>;  // logits, or weights, of a panel with a tile

[[nodiscard]] constexpr Index round_up(Index count, Index unit) { return (count + unit - 1) / unit * unit; }

template <class Real>
class PackedTile {
public:
    // Room for tiles of data in `coordinates` coordinates.
    explicit PackedTile(Index coordinates);
    // Columns columns[0], columns[1], ... of data; a negative number is a datum of zeros. A multiple of six of them.
    void fill(const Eigen::Ref<const Matrix>& data, std::span<const Index> columns);

    [[nodiscard]] const Real* data() const { return values_.data(); }
    [[nodiscard]] Index coordinates() const { return coordinates_; }  // padded
    [[nodiscard]] Index stride() const { return stride_; }
    [[nodiscard]] Index rows() const { return rows_; }

private:
    Index coordinates_, stride_, rows_ = 0;
    Aligned<Real> values_;
};

// Columns of the data that will be packed next: fetched into the second-level cache while products run, since a tile comes from memory
// about as slowly as it is multiplied.
class Upcoming {
public:
    Upcoming(const Eigen::Ref<const Matrix>& data, std::span<const Index> columns)
        : data_(data.data()), rows_(data.rows()), distance_(data.outerStride()), columns_(columns) {}
    // `shares` calls of fetch() go over all of it.
    void divide(Index shares) {
        lines_ = (static_cast<Index>(columns_.size()) * lines_of_column() + shares - 1) /
                 std::max<Index>(1, shares);
    }
    void fetch() {
        for (Index line = 0; line < lines_ && column_ < columns_.size(); ++line) {
            if (columns_[column_] >= 0)
                __builtin_prefetch(data_ + columns_[column_] * distance_ + line_ * line_doubles, 0, 2);
            if (++line_ == lines_of_column()) line_ = 0, ++column_;
        }
    }

private:
    static constexpr Index line_doubles = 8;
    [[nodiscard]] Index lines_of_column() const { return (rows_ + line_doubles - 1) / line_doubles; }

    const double* data_;
    Index rows_, distance_;
    std::span<const Index> columns_;
    Index lines_ = 0, line_ = 0;
    std::size_t column_ = 0;
};

// factor times the states, in panels of `rows` rows (the coordinates, padded).
template <class Real>
void pack_panels(const Rows& states, double factor, Index rows, Aligned<Real>& panels);

}  // namespace kairos::dynamics
