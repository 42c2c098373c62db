#include "softmax_tile.hpp"

#include <cassert>
#include <cstddef>

#define HWY_DISABLED_TARGETS \
    (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)  // vectors of no fixed size fit no struct
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/softmax_tile.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

#include "../random/math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
HWY_INLINE void maxima(const LogitTile<Real>& tile, Index width, Real* largest, Real* row) {
    const hn::ScalableTag<Real> real;
    const auto lanes = static_cast<Index>(hn::Lanes(real));
    for (Index start = 0; start < width; start += lanes) {
        auto most = hn::Set(real, static_cast<Real>(absent_logit));
        auto where = hn::Set(real, Real{-1});
        const Real* value = tile.values + start;
        for (Index k = 0; k < tile.rows; ++k, value += tile.stride) {
            const auto logit = hn::Load(real, value);
            where = hn::IfThenElse(hn::Gt(logit, most), hn::Set(real, static_cast<Real>(k)), where);
            most = hn::Max(logit, most);
        }
        hn::StoreU(most, real, largest + start);
        hn::StoreU(where, real, row + start);
    }
}

template <class V>
HWY_INLINE void store_as_double(V sum, double* out) {
    using Tag = hn::DFromV<V>;
    HWY_ALIGN hn::TFromD<Tag> scratch[HWY_MAX_BYTES / sizeof(hn::TFromD<Tag>)];
    hn::Store(sum, Tag(), scratch);
    for (std::size_t i = 0; i < hn::Lanes(Tag()); ++i) {
        out[i] = static_cast<double>(scratch[i]);
    }
}

// Lanes start, start + 1, ... of a tile.
template <class Real>
class Weighing {
public:
    using Tag = hn::ScalableTag<Real>;
    using V = hn::Vec<Tag>;

    HWY_INLINE Weighing(const LogitTile<Real>& tile, Index start, const Real* reference, const Real* maximum)
        : tile_(tile),
          start_(start),
          reference_(hn::LoadU(Tag(), reference + start)),
          above_(hn::Sub(hn::LoadU(Tag(), maximum + start), reference_)),
          others_(hn::Zero(Tag())),
          linear_(others_),
          square_(others_),
          cubic_(others_),
          quartic_(others_),
          collision_(others_),
          moment_(others_) {}

    // Rows first .. first + count - 1; e and e delta of these alone into `sums` unless it is null.
    HWY_INLINE void add(Index first, Index count, double* sums, Index distance) {
        const Tag real;
        const V lowest = hn::Set(real, Real{-1000});  // keeps e delta^2 = 0 where e = 0
        V others = hn::Zero(real), linear = others;
        for (Index k = first; k < first + count; ++k) {
            Real* const value = tile_.values + k * tile_.stride + start_;
            // a NaN stands second and goes on
            const V logit = hn::Max(lowest, hn::Sub(hn::Load(real, value), reference_));
            const V e = random::HWY_NAMESPACE::exp_flushed(logit);
            hn::Store(e, real, value);
            const V delta = hn::Sub(above_, logit);
            const V first_moment = hn::Mul(e, delta);
            others = hn::Add(others, e);
            linear = hn::Add(linear, first_moment);
            const V second_moment = hn::Mul(first_moment, delta);
            const V delta2 = hn::Mul(delta, delta);
            square_ = hn::Add(square_, second_moment);
            cubic_ = hn::MulAdd(second_moment, delta, cubic_);
            quartic_ = hn::MulAdd(second_moment, delta2, quartic_);
            collision_ = hn::MulAdd(e, e, collision_);
            moment_ = hn::MulAdd(e, hn::Set(real, static_cast<Real>(tile_.norm2[k])), moment_);
        }
        if (sums != nullptr) {
            store_as_double(others, sums + start_);
            store_as_double(linear, sums + distance + start_);
        }
        others_ = hn::Add(others_, others);
        linear_ = hn::Add(linear_, linear);
    }

    HWY_INLINE void store(double* sums, Index distance) const {
        store_as_double(others_, sums + TileSums::others * distance + start_);
        store_as_double(linear_, sums + TileSums::linear * distance + start_);
        store_as_double(square_, sums + TileSums::square * distance + start_);
        store_as_double(cubic_, sums + TileSums::cubic * distance + start_);
        store_as_double(quartic_, sums + TileSums::quartic * distance + start_);
        store_as_double(collision_, sums + TileSums::collision * distance + start_);
        store_as_double(moment_, sums + TileSums::moment * distance + start_);
    }

private:
    const LogitTile<Real>& tile_;
    Index start_;
    V reference_, above_;
    V others_, linear_, square_, cubic_, quartic_, collision_, moment_;
};

template <class Real>
HWY_INLINE void weights(const LogitTile<Real>& tile, Index width, const Real* reference, const Real* maximum,
                        TileSums& sums) {
    const auto lanes = static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index start = 0; start < width; start += lanes) {
        Weighing<Real> lanes_here(tile, start, reference, maximum);
        if (tile.cells.empty()) {
            lanes_here.add(0, tile.rows, nullptr, 0);
        }
        Index row = 0;
        for (const Cell& cell : tile.cells) {
            lanes_here.add(cell.first, cell.count, sums.cells.row(row).data(), width);
            row += 2;
        }
        lanes_here.store(sums.lanes.data(), width);
    }
}

void maxima_double(const LogitTile<double>& tile, Index width, double* largest, double* row) {
    maxima(tile, width, largest, row);
}
void maxima_float(const LogitTile<float>& tile, Index width, float* largest, float* row) {
    maxima(tile, width, largest, row);
}
void weights_double(const LogitTile<double>& tile, Index width, const double* reference,
                    const double* maximum, TileSums& sums) {
    weights(tile, width, reference, maximum, sums);
}
void weights_float(const LogitTile<float>& tile, Index width, const float* reference, const float* maximum,
                   TileSums& sums) {
    weights(tile, width, reference, maximum, sums);
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(maxima_double);
HWY_EXPORT(maxima_float);
HWY_EXPORT(weights_double);
HWY_EXPORT(weights_float);

void tile_maxima(const LogitTile<double>& tile, Index width, double* largest, double* row) {
    HWY_DYNAMIC_DISPATCH(maxima_double)(tile, width, largest, row);
}

void tile_maxima(const LogitTile<float>& tile, Index width, float* largest, float* row) {
    HWY_DYNAMIC_DISPATCH(maxima_float)(tile, width, largest, row);
}

void tile_weights(const LogitTile<double>& tile, Index width, const double* reference, const double* maximum,
                  TileSums& sums) {
    sums.lanes.resize(TileSums::count, width);
    sums.cells.resize(2 * static_cast<Index>(tile.cells.size()), width);
    HWY_DYNAMIC_DISPATCH(weights_double)(tile, width, reference, maximum, sums);
}

void tile_weights(const LogitTile<float>& tile, Index width, const float* reference, const float* maximum,
                  TileSums& sums) {
    sums.lanes.resize(TileSums::count, width);
    sums.cells.resize(2 * static_cast<Index>(tile.cells.size()), width);
    HWY_DYNAMIC_DISPATCH(weights_float)(tile, width, reference, maximum, sums);
}

}  // namespace kairos::dynamics
#endif
