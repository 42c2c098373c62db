#include "softmax_tile.hpp"

#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/softmax_tile.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

#include "../random/exp-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void maxima(const double* logits, Index rows, Index stride, Index width, double* largest) {
    const hn::ScalableTag<double> real;
    const auto lanes = static_cast<Index>(hn::Lanes(real));
    for (Index start = 0; start < width; start += lanes) {
        auto most = hn::Set(real, absent_logit);
        const double* value = logits + start;
        for (Index k = 0; k < rows; ++k, value += stride)
            most = hn::Max(hn::Load(real, value), most);  // a NaN stands first and is passed over
        hn::StoreU(most, real, largest + start);
    }
}

// Doubles relative to a reference, rounded to Real.
template <class Real>
struct Relative {
    using Tag = hn::ScalableTag<double>;
    hn::Vec<Tag> reference;
    HWY_INLINE explicit Relative(const double* from) : reference(hn::LoadU(Tag(), from)) {}
    HWY_INLINE hn::Vec<Tag> of(const double* value) const {
        return hn::Sub(hn::LoadU(Tag(), value), reference);
    }
};

template <>
struct Relative<float> {
    using Tag = hn::ScalableTag<float>;
#if HWY_TARGET == HWY_SCALAR  // has no halves
    double reference;
    HWY_INLINE explicit Relative(const double* from) : reference(*from) {}
    HWY_INLINE hn::Vec<Tag> of(const double* value) const {
        return hn::Set(Tag(), static_cast<float>(*value - reference));
    }
#else
    Relative<double> low, high;
    static HWY_INLINE std::size_t half() { return hn::Lanes(hn::ScalableTag<double>()); }
    HWY_INLINE explicit Relative(const double* from) : low(from), high(from + half()) {}
    HWY_INLINE hn::Vec<Tag> of(const double* value) const {
        const hn::Half<Tag> narrow;
        return hn::Combine(Tag(), hn::DemoteTo(narrow, high.of(value + half())),
                           hn::DemoteTo(narrow, low.of(value)));
    }
#endif
};

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
template <class Real, bool fourth>
class Weighing {
public:
    using Tag = hn::ScalableTag<Real>;
    using V = hn::Vec<Tag>;

    HWY_INLINE Weighing(const LogitTile<Real>& tile, Index start, const double* reference,
                        const double* maximum)
        : tile_(tile),
          start_(start),
          relative_(reference + start),
          above_(relative_.of(maximum + start)),
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
        V others = hn::Zero(real), linear = others;
        Index row = first;
        for (; row + at_once <= first + count; row += at_once) add_rows<at_once>(row, others, linear);
        for (; row < first + count; ++row) add_rows<1>(row, others, linear);
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
    // Rows: with 32 registers, with 16.
    static constexpr int at_once = HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86 ? 4 : 2;

    template <int n>
    HWY_INLINE void add_rows(Index first, V& others, V& linear) {
        const Tag real;
        const V lowest = hn::Set(real, Real{-1000});  // keeps e delta^2 = 0 where e = 0
        const Index at = first * tile_.stride + start_;
        V logit[n], e[n];
        random::HWY_NAMESPACE::each<n>([&](int i) HWY_ATTR {
            // a NaN stands second and goes on
            logit[i] = hn::Max(lowest, relative_.of(tile_.logits + at + i * tile_.stride));
        });
        random::HWY_NAMESPACE::exp_flushed(logit, e);
        for (int i = 0; i < n; ++i) {
            hn::Store(e[i], real, tile_.weights + at + i * tile_.stride);
            const V delta = hn::Sub(above_, logit[i]);
            const V first_moment = hn::Mul(e[i], delta);
            others = hn::Add(others, e[i]);
            linear = hn::Add(linear, first_moment);
            if constexpr (fourth) {
                const V second_moment = hn::Mul(first_moment, delta);
                square_ = hn::Add(square_, second_moment);
                cubic_ = hn::MulAdd(second_moment, delta, cubic_);
                quartic_ = hn::MulAdd(second_moment, hn::Mul(delta, delta), quartic_);
            } else {
                square_ = hn::MulAdd(first_moment, delta, square_);
            }
            collision_ = hn::MulAdd(e[i], e[i], collision_);
            moment_ = hn::MulAdd(e[i], hn::Set(real, static_cast<Real>(tile_.norm2[first + i])), moment_);
        }
    }

    const LogitTile<Real>& tile_;
    Index start_;
    Relative<Real> relative_;
    V above_;
    V others_, linear_, square_, cubic_, quartic_, collision_, moment_;
};

template <bool fourth, class Real>
HWY_INLINE void weights(const LogitTile<Real>& tile, Index width, const double* reference,
                        const double* maximum, TileSums& sums) {
    const auto lanes = static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index start = 0; start < width; start += lanes) {
        Weighing<Real, fourth> lanes_here(tile, start, reference, maximum);
        if (tile.cells.empty()) lanes_here.add(0, tile.rows, nullptr, 0);
        Index row = 0;
        for (const Cell& cell : tile.cells) {
            lanes_here.add(cell.first, cell.count, sums.cells.row(row).data(), width);
            row += 2;
        }
        lanes_here.store(sums.lanes.data(), width);
    }
}

#define KAIROS_WEIGHTS(Real, suffix)                                                         \
    void weights_##suffix(const LogitTile<Real>& tile, Index width, const double* reference, \
                          const double* maximum, bool fourth, TileSums& sums) {              \
        if (fourth) {                                                                        \
            weights<true>(tile, width, reference, maximum, sums);                            \
        } else {                                                                             \
            weights<false>(tile, width, reference, maximum, sums);                           \
        }                                                                                    \
    }
KAIROS_WEIGHTS(double, double)
KAIROS_WEIGHTS(float, float)
#undef KAIROS_WEIGHTS

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(maxima);
HWY_EXPORT(weights_double);
HWY_EXPORT(weights_float);

void tile_maxima(const double* logits, Index rows, Index stride, Index width, double* largest) {
    HWY_DYNAMIC_DISPATCH(maxima)(logits, rows, stride, width, largest);
}

namespace {

void make_room(Index width, std::size_t cells, TileSums& sums) {
    sums.lanes.resize(TileSums::count, width);
    sums.cells.resize(2 * static_cast<Index>(cells), width);
}

}  // namespace

template <>
void tile_weights(const LogitTile<double>& tile, Index width, const double* reference, const double* maximum,
                  bool fourth, TileSums& sums) {
    make_room(width, tile.cells.size(), sums);
    HWY_DYNAMIC_DISPATCH(weights_double)(tile, width, reference, maximum, fourth, sums);
}

template <>
void tile_weights(const LogitTile<float>& tile, Index width, const double* reference, const double* maximum,
                  bool fourth, TileSums& sums) {
    make_room(width, tile.cells.size(), sums);
    HWY_DYNAMIC_DISPATCH(weights_float)(tile, width, reference, maximum, fourth, sums);
}

}  // namespace kairos::dynamics
#endif
