#include "tile_products.hpp"

#include <algorithm>

#define HWY_WANT_AVX3_DL  // multiplies and adds pairs of 16-bit numbers in one instruction
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/tile_products.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr int vectors = 4;  // of a row of the block in registers
#else
constexpr int vectors = 2;
#endif

// sum + a b
template <class Tag, class V>
HWY_INLINE V accumulate(Tag, V a, V b, V sum) {
    return hn::MulAdd(a, b, sum);
}
// sum + a b + a' b' of pairs (a, a'), (b, b')
using PairTag = hn::ScalableTag<NumberPair>;
HWY_INLINE hn::Vec<PairTag> accumulate(PairTag tag, hn::Vec<PairTag> a, hn::Vec<PairTag> b,
                                       hn::Vec<PairTag> sum) {
#if HWY_TARGET == HWY_AVX3_DL
    (void)tag;
    // Not by its intrinsic, which wants a target that Highway does not name here (processors of this level have it).
    asm("vpdpwssd %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
#elif HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
    const hn::Repartition<std::int16_t, PairTag> half;
    auto unused = hn::Zero(tag);
    return hn::ReorderWidenMulAccumulate(tag, hn::BitCast(half, a), hn::BitCast(half, b), sum, unused);
#else
    const auto low = [](hn::Vec<PairTag> pair)
                         HWY_ATTR { return hn::ShiftRight<16>(hn::ShiftLeft<16>(pair)); };
    (void)tag;
    sum = hn::Add(sum, hn::Mul(low(a), low(b)));
    return hn::Add(sum, hn::Mul(hn::ShiftRight<16>(a), hn::ShiftRight<16>(b)));
#endif
}

// The factors of lane q and the following; reals have none.
template <class Real>
HWY_INLINE const double* from_lane(const double* factors, Index q) {
    if constexpr (std::is_same_v<Real, NumberPair>)
        return factors + q;
    else
        return factors;
}

// The 6 x `vectors` results in registers. They are added to doubles, those of pairs times a factor of their lane.
template <class Real>
struct Block {
    using Tag = hn::ScalableTag<Real>;
    using V = hn::Vec<Tag>;
    static constexpr Index width = panel_width<Real>;
    V sum[data_group][vectors];

    HWY_INLINE void clear() {
        for (auto& row : sum)
            for (V& value : row) value = hn::Zero(Tag());
    }
    // sum(r, v) += y[r stride] x(v)
    template <Index stride>
    HWY_INLINE void multiply_add(const Real* HWY_RESTRICT y, const Real* HWY_RESTRICT x) {
        const Tag tag;
        const auto lanes = static_cast<Index>(hn::Lanes(tag));
        V row[vectors];
        HWY_UNROLL(4)
        for (int v = 0; v < vectors; ++v) row[v] = hn::Load(tag, x + v * lanes);
        HWY_UNROLL(6)
        for (int r = 0; r < data_group; ++r) {
            const V factor = hn::Set(tag, y[r * stride]);
            HWY_UNROLL(4)
            for (int v = 0; v < vectors; ++v) sum[r][v] = accumulate(tag, factor, row[v], sum[r][v]);
        }
    }
    // what fold() will write
    static HWY_INLINE void fetch(const double* out) {
        constexpr Index line = 64 / static_cast<Index>(sizeof(double));
        const auto lanes = static_cast<Index>(hn::Lanes(Tag()));
        for (Index r = 0; r < data_group; ++r)
            for (Index q = 0; q < vectors * lanes; q += line) __builtin_prefetch(out + r * width + q, 1);
    }
    // out(r, v) += sum(r, v), in double
    HWY_INLINE void fold(double* HWY_RESTRICT out, const double* factors) const {
        over_rows(out, factors, [](Index, const double* at) HWY_ATTR { return hn::Load(Wide(), at); });
    }
    // out(r, v) = start[r] + sum(r, v)
    HWY_INLINE void begin(const double* start, double* HWY_RESTRICT out, const double* factors) const {
        over_rows(out, factors,
                  [start](Index r, const double*) HWY_ATTR { return hn::Set(Wide(), start[r]); });
    }

private:
    using Wide = hn::ScalableTag<double>;

    // out(r, v) = sum(r, v) + addend(r, place in out)
    template <class Addend>
    HWY_INLINE void over_rows(double* HWY_RESTRICT out, const double* factors, Addend addend) const {
        const auto lanes = static_cast<Index>(hn::Lanes(Tag()));
        for (Index r = 0; r < data_group; ++r)
            for (Index v = 0; v < vectors; ++v)
                add(sum[r][v], r, addend, out + r * width + v * lanes, from_lane<Real>(factors, v * lanes));
    }
    template <class WideV>
    static HWY_INLINE WideV scaled(WideV value, const double* factors, WideV addend) {
        if constexpr (std::is_same_v<Real, NumberPair>)
            return hn::MulAdd(value, hn::LoadU(Wide(), factors), addend);
        else
            return hn::Add(value, addend);
    }
    template <class Addend>
    static HWY_INLINE void add(V value, Index r, Addend addend, double* HWY_RESTRICT out,
                               const double* factors) {
        if constexpr (sizeof(Real) == sizeof(double)) {
            hn::Store(scaled(value, factors, addend(r, out)), Wide(), out);
        } else {
#if HWY_TARGET == HWY_SCALAR  // has no halves
            const auto wide = hn::Set(Wide(), static_cast<double>(hn::GetLane(value)));
            hn::Store(scaled(wide, factors, addend(r, out)), Wide(), out);
#else
            const hn::Half<Tag> half;
            const auto lanes = static_cast<Index>(hn::Lanes(Wide()));
            const auto low = hn::PromoteTo(Wide(), hn::LowerHalf(half, value));
            const auto high = hn::PromoteTo(Wide(), hn::UpperHalf(half, value));
            hn::Store(scaled(low, factors, addend(r, out)), Wide(), out);
            hn::Store(scaled(high, from_lane<Real>(factors, lanes), addend(r, out + lanes)), Wide(),
                      out + lanes);
#endif
        }
    }
};

// One chunk of coordinates of the data, `rows` of them, with one panel. start: what logits begin with, or null. factors: of the lanes, for pairs.
template <class Real>
void add_logits(const Real* HWY_RESTRICT data, Index rows, Index size, const Real* HWY_RESTRICT panel,
                const double* start, double* HWY_RESTRICT logits, const double* factors, Upcoming& upcoming) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index q = 0; q < width; q += step) {
        const Real* HWY_RESTRICT y = data;
        for (Index j = 0; j < rows; j += data_group) {
            Block<Real> block;
            block.clear();
            double* const out = logits + j * width + q;
            block.fetch(out);
            const Real* HWY_RESTRICT x = panel + q;
            for (Index k = 0; k < size; k += data_group) {
                upcoming.fetch();
                HWY_UNROLL(6)
                for (Index b = 0; b < data_group; ++b, y += data_group, x += width)
                    block.template multiply_add<1>(y, x);
            }
            if (start != nullptr)
                block.begin(start + j, out, from_lane<Real>(factors, q));
            else
                block.fold(out, from_lane<Real>(factors, q));
        }
    }
}

// One chunk of coordinates of the data, `rows` of them, into the means of one panel.
template <class Real>
void add_means(const Real* HWY_RESTRICT data, Index rows, Index size, const Real* HWY_RESTRICT weights,
               double* HWY_RESTRICT means, Upcoming& upcoming) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index q = 0; q < width; q += step) {
        for (Index k = 0; k < size; k += data_group) {
            Block<Real> block;
            block.clear();
            block.fetch(means + k * width + q);
            const Real* HWY_RESTRICT y = data + k * data_group;
            const Real* HWY_RESTRICT w = weights + q;
            for (Index j = 0; j < rows; j += data_group, y += size * data_group, w += data_group * width) {
                upcoming.fetch();
                HWY_UNROLL(6)
                for (Index b = 0; b < data_group; ++b)
                    block.template multiply_add<data_group>(y + b, w + b * width);
            }
            block.fold(means + k * width + q, nullptr);
        }
    }
}

// As functions, which are dispatched.
void logits_double(const double* data, Index rows, Index size, const double* panel, const double* start,
                   double* logits, Upcoming& upcoming) {
    add_logits(data, rows, size, panel, start, logits, nullptr, upcoming);
}
void logits_float(const float* data, Index rows, Index size, const float* panel, const double* start,
                  double* logits, Upcoming& upcoming) {
    add_logits(data, rows, size, panel, start, logits, nullptr, upcoming);
}
void logits_pairs(const NumberPair* data, Index rows, Index size, const NumberPair* panel,
                  const double* start, double* logits, const double* factors, Upcoming& upcoming) {
    add_logits(data, rows, size, panel, start, logits, factors, upcoming);
}
void means_double(const double* data, Index rows, Index size, const double* weights, double* means,
                  Upcoming& upcoming) {
    add_means(data, rows, size, weights, means, upcoming);
}
void means_float(const float* data, Index rows, Index size, const float* weights, double* means,
                 Upcoming& upcoming) {
    add_means(data, rows, size, weights, means, upcoming);
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(logits_double);
HWY_EXPORT(logits_float);
HWY_EXPORT(logits_pairs);
HWY_EXPORT(means_double);
HWY_EXPORT(means_float);

namespace {

void logits_of(const double* data, Index rows, Index size, const double* panel, const double* start,
               double* logits, const double*, Upcoming& next) {
    HWY_DYNAMIC_DISPATCH(logits_double)
    (data, rows, size, panel, start, logits, next);
}
void logits_of(const float* data, Index rows, Index size, const float* panel, const double* start,
               double* logits, const double*, Upcoming& next) {
    HWY_DYNAMIC_DISPATCH(logits_float)
    (data, rows, size, panel, start, logits, next);
}
void logits_of(const NumberPair* data, Index rows, Index size, const NumberPair* panel, const double* start,
               double* logits, const double* factors, Upcoming& next) {
    HWY_DYNAMIC_DISPATCH(logits_pairs)
    (data, rows, size, panel, start, logits, factors, next);
}
void means_of(const double* data, Index rows, Index size, const double* weights, double* means,
              Upcoming& next) {
    HWY_DYNAMIC_DISPATCH(means_double)
    (data, rows, size, weights, means, next);
}
void means_of(const float* data, Index rows, Index size, const float* weights, double* means,
              Upcoming& next) {
    HWY_DYNAMIC_DISPATCH(means_float)
    (data, rows, size, weights, means, next);
}

}  // namespace

// A panel is as wide as the block in registers (with 32 registers) or twice that: at least one share of what comes next for every six
// coordinates of every group.
template <class Real>
void tile_logits(PackedTile<Real>& tile, const Real* panels, Index count, const double* constants,
                 double* logits, const double* factors) {
    constexpr Index width = panel_width<Real>;
    const Chunks& chunks = tile.chunks();
    for (Index c = 0; c < chunks.count(); ++c) {
        tile.pack(c);
        Upcoming next = tile.after(c);
        next.divide(count * (tile.rows() / data_group) * (chunks.size(c) / data_group));
        for (Index p = 0; p < count; ++p)
            logits_of(tile.chunk(c), tile.rows(), chunks.size(c),
                      panels + (p * chunks.coordinates() + chunks.begin(c)) * width,
                      c == 0 ? constants : nullptr, logits + p * panel_values<Real>,
                      factors == nullptr ? nullptr : factors + p * width, next);
    }
}

template <class Real>
void add_tile_means(const PackedTile<Real>& tile, Index first, Index count, const Real* weights,
                    std::span<double* const> means) {
    constexpr Index width = panel_width<Real>;
    const Chunks& chunks = tile.chunks();
    for (Index c = 0; c < chunks.count(); ++c) {
        Upcoming next = tile.packed_after(c);
        next.divide(static_cast<Index>(means.size()) * (count / data_group) * (chunks.size(c) / data_group));
        for (std::size_t p = 0; p < means.size(); ++p)
            means_of(tile.chunk(c) + first * chunks.size(c), count, chunks.size(c),
                     weights + static_cast<Index>(p) * panel_values<Real> + first * width,
                     means[p] + chunks.begin(c) * width, next);
    }
}

template void tile_logits(PackedTile<double>&, const double*, Index, const double*, double*, const double*);
template void tile_logits(PackedTile<float>&, const float*, Index, const double*, double*, const double*);
template void tile_logits(PackedTile<NumberPair>&, const NumberPair*, Index, const double*, double*,
                          const double*);
template void add_tile_means(const PackedTile<double>&, Index, Index, const double*,
                             std::span<double* const>);
template void add_tile_means(const PackedTile<float>&, Index, Index, const float*, std::span<double* const>);

}  // namespace kairos::dynamics
#endif
