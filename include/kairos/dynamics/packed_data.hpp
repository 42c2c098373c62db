// include/kairos/dynamics/packed_data.hpp: a second copy of many data, in the order in which the products of a posterior read them.
//
//   tile i = the data of rows 192 i .. 192 i + 191 of the stream, packed (src/dynamics/packed_tile.hpp); where a screen may look at them
//            (src/dynamics/screen.hpp), in 16 bits a number too, a quarter more; of single precision as floats or, where the processor
//            multiplies tiles of 8-bit numbers, as digits (src/dynamics/digit_tile.hpp), half as much again
//
// A pass over the data otherwise packs every tile again, which costs about a tenth of its time and reads memory in small pieces. Nothing
// else depends on it: results have the same bits with and without. Several processes may pack tiles of one memory each and share it; what
// is in it is read only after all of them have finished. A law of other points, or of other classes, does not use it (holds()).
//
// Shapes: numbers() doubles, the first at a multiple of 64 bytes. Units: data. Errors: std::bad_alloc.
// Source: Goto and van de Geijn 2008 (packing); docs/performance.md, "Many data".
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "kairos/base/array.hpp"
#include "kairos/law/mixture.hpp"

namespace kairos::dynamics {

enum class Precision;
class DataOrder;
struct CentredData;

class PackedData {
public:
    // Room that it takes, in doubles; 0 for a mixture whose components do not stream by.
    [[nodiscard]] static std::size_t numbers(const law::Mixture& mixture, Precision precision);
    // The same in bytes, in advance; classes that fill up their last six data take a little more.
    [[nodiscard]] static double bytes(Index coordinates, Index components, Precision precision);
    // All of it, packed, in memory of its own.
    [[nodiscard]] static std::shared_ptr<const PackedData> made(const law::Mixture& mixture,
                                                                Precision precision);
    // Memory of somebody else, alive as long as `owner` is, where nothing has been packed yet.
    PackedData(const law::Mixture& mixture, Precision precision, std::shared_ptr<const void> owner,
               double* values);
    ~PackedData();
    PackedData(const PackedData&) = delete;
    PackedData& operator=(const PackedData&) = delete;

    [[nodiscard]] std::size_t tiles() const { return tiles_; }
    void pack(std::size_t first, std::size_t last);  // tiles [first, last)

    // Whether these are the points of the mixture, in the order in which it reads them.
    [[nodiscard]] bool holds(const law::Mixture& mixture, Precision precision, const DataOrder& order) const;
    // double, float or std::byte (src/dynamics/digit_tile.hpp), whichever the precision has; pairs of 16-bit numbers
    template <class Value>
    [[nodiscard]] const Value* tile(std::size_t number) const;
    [[nodiscard]] bool has_pairs() const { return pair_step_ > 0.0; }
    // What numbers were rounded to.
    [[nodiscard]] double pair_step() const { return pair_step_; }

private:
    template <class Real>
    void pack_tiles(std::size_t first, std::size_t last);
    void pack_digits(std::size_t first, std::size_t last);
    template <class Value>
    [[nodiscard]] std::size_t place_of(std::size_t number) const;

    std::unique_ptr<const CentredData> data_;
    Precision precision_;
    bool digits_;  // of single precision: instead of floats
    std::unique_ptr<const DataOrder> order_;
    std::size_t tiles_;
    double pair_step_ = 0.0;  // 0: no pairs
    std::shared_ptr<const void> owner_;
    double* values_;
};

}  // namespace kairos::dynamics
