// src/dynamics/digit_tile.hpp: data as signed digits, in the order in which both products of a posterior read them.
//
//   logits   left-hand sheets of 32 data and 64 coordinates, a scale for every datum:        [chunk][data / 32][digit][sheet]
//   means    left-hand sheets of 32 coordinates and 64 data, a scale for every coordinate:   [coordinates / 32][digit][sheet]
//
// The products contract over coordinates and over data, and digits stand where they are contracted: so there are two copies, 6 bytes a
// number. Coordinates come in chunks of 1024 at most: with 128 states a chunk of their digits, 384 KiB, stays in a second-level cache while
// all data of a tile pass by.
//
// A scale suits numbers of one size: what is small beside the largest number of its coordinate keeps few digits. A tile is even where the largest is
// at most 2^6 times the size of its coordinate's other numbers (in the mean of the exponents, zeros aside), and all are finite. Normal data
// have 2^3 to 2^4 there. Of other tiles only that is known, and they are multiplied as floats.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "digits.hpp"
#include "kairos/base/aligned.hpp"
#include "packed_tile.hpp"

namespace kairos::dynamics {

// How coordinates are padded and cut.
class DigitChunks {
public:
    explicit DigitChunks(Index coordinates)
        : sheets_((coordinates + sheet_values - 1) / sheet_values),
          count_((sheets_ + most_sheets_of_chunk - 1) / most_sheets_of_chunk) {}
    [[nodiscard]] Index coordinates() const { return sheets_ * sheet_values; }  // padded
    [[nodiscard]] Index count() const { return count_; }
    [[nodiscard]] Index begin(Index chunk) const { return sheets_ * chunk / count_ * sheet_values; }
    [[nodiscard]] Index size(Index chunk) const { return begin(chunk + 1) - begin(chunk); }
    static constexpr Index most_sheets_of_chunk = 16;

private:
    Index sheets_, count_;
};

class DigitTile {
public:
    explicit DigitTile(Index coordinates);
    // Room that a packed tile takes, a multiple of 64.
    [[nodiscard]] static std::size_t bytes(Index coordinates);

    // Packs data columns[0], columns[1], ... (a negative number: a datum of zeros) into `room`; none: own memory.
    void take(const CentredData& data, std::span<const Index> columns, std::byte* room = nullptr);
    // The tile is one that is packed already, of so many data; next: the one that will be looked at afterwards, or null.
    void look_at(const std::byte* packed, Index rows, const std::byte* next = nullptr);

    [[nodiscard]] bool even() const;
    [[nodiscard]] Index rows() const { return rows_; }
    [[nodiscard]] const DigitChunks& chunks() const { return chunks_; }
    [[nodiscard]] const double* data_scales() const;        // [tile_rows]
    [[nodiscard]] const double* coordinate_scales() const;  // [coordinates, padded]
    [[nodiscard]] const std::int8_t* data_sheets(Index chunk, Index block) const {
        return reinterpret_cast<const std::int8_t*>(at_ + data_offset(chunk, block));
    }
    [[nodiscard]] const std::int8_t* coordinate_sheets(Index block) const {
        return reinterpret_cast<const std::int8_t*>(at_ + coordinate_offset(block));
    }
    // What products read after these sheets.
    [[nodiscard]] Upcoming data_after(Index chunk, Index block) const;
    [[nodiscard]] Upcoming coordinates_after(Index block) const;

private:
    [[nodiscard]] Index data_offset(Index chunk, Index block) const;
    [[nodiscard]] Index coordinate_offset(Index block) const;
    void copy_sheet(const CentredData& data, std::span<const Index> columns, Index first);
    [[nodiscard]] bool sheet_is_even() const;
    void find_data_scales(const CentredData& data, std::span<const Index> columns, double* scales);
    void pack_data(std::byte* room, Index chunk, Index first, const double* scales);
    void pack_coordinates(std::byte* room, Index first);

    Index coordinates_;
    DigitChunks chunks_;
    Aligned<std::byte> own_;
    const std::byte *at_ = nullptr, *next_ = nullptr;
    Index rows_ = 0;
    // 64 coordinates of a tile, both ways
    Aligned<float> by_datum_, by_coordinate_;  // [datum][coordinate], [coordinate][datum]
};

}  // namespace kairos::dynamics
