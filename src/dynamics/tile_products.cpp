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
    // out(r, v) += sum(r, v), in double; largest(v) becomes the largest of out(r, v) and itself unless it is null
    HWY_INLINE void fold(double* HWY_RESTRICT out, const double* factors, double* largest) const {
        over_rows(out, factors, largest,
                  [](Index, const double* at) HWY_ATTR { return hn::Load(Wide(), at); });
    }
    // out(r, v) = start[r] + sum(r, v); largest likewise
    HWY_INLINE void begin(const double* start, double* HWY_RESTRICT out, const double* factors,
                          double* largest) const {
        over_rows(out, factors, largest,
                  [start](Index r, const double*) HWY_ATTR { return hn::Set(Wide(), start[r]); });
    }

private:
    using Wide = hn::ScalableTag<double>;
    using WideV = hn::Vec<Wide>;
#if HWY_TARGET == HWY_SCALAR
    static constexpr Index wides = 1;  // vectors of doubles that one of Real becomes
#else
    static constexpr Index wides = std::is_same_v<Real, double> ? 1 : 2;
#endif

    // out(r, v) = sum(r, v) + addend(r, place in out)
    template <class Addend>
    HWY_INLINE void over_rows(double* HWY_RESTRICT out, const double* factors, double* largest,
                              Addend addend) const {
        const auto lanes = static_cast<Index>(hn::Lanes(Wide()));
        for (Index v = 0; v < vectors * wides; ++v) {
            const Index q = v * lanes;
            WideV most = largest == nullptr ? hn::Zero(Wide()) : hn::LoadU(Wide(), largest + q);
            for (Index r = 0; r < data_group; ++r) {
                double* const at = out + r * width + q;
                const WideV value =
                    scaled(part_of(sum[r][v / wides], v % wides), from_lane<Real>(factors, q), addend(r, at));
                hn::Store(value, Wide(), at);
                most = hn::Max(value, most);  // a NaN stands first and is passed over
            }
            if (largest != nullptr) hn::StoreU(most, Wide(), largest + q);
        }
    }
    static HWY_INLINE WideV scaled(WideV value, const double* factors, WideV addend) {
        if constexpr (std::is_same_v<Real, NumberPair>)
            return hn::MulAdd(value, hn::LoadU(Wide(), factors), addend);
        else
            return hn::Add(value, addend);
    }
    // Doubles of the lower or the upper half.
    static HWY_INLINE WideV part_of(V value, [[maybe_unused]] Index half) {
        if constexpr (sizeof(Real) == sizeof(double)) {
            return value;
        } else {
#if HWY_TARGET == HWY_SCALAR  // has no halves
            return hn::Set(Wide(), static_cast<double>(hn::GetLane(value)));
#else
            const hn::Half<Tag> narrow;
            return half == 0 ? hn::PromoteTo(Wide(), hn::LowerHalf(narrow, value))
                             : hn::PromoteTo(Wide(), hn::UpperHalf(narrow, value));
#endif
        }
    }
};

// One chunk of coordinates of the data, `rows` of them, with one panel. The last `size` - `used` coordinates are zeros.
template <class Real>
void add_logits(const Real* HWY_RESTRICT data, Index rows, Index size, Index used,
                const Real* HWY_RESTRICT panel, const TileLogits& to, Upcoming& upcoming,
                Upcoming& upcoming_panel) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index q = 0; q < width; q += step) {
        for (Index j = 0; j < rows; j += data_group) {
            Block<Real> block;
            block.clear();
            double* const out = to.logits + j * width + q;
            block.fetch(out);
            upcoming_panel.fetch();
            const Real* HWY_RESTRICT y = data + j * size;
            const Real* HWY_RESTRICT x = panel + q;
            for (Index k = 0; k < used; k += data_group) {
                upcoming.fetch();
                const Index last = std::min(k + data_group, used);
                HWY_UNROLL(1)
                for (Index b = k; b < last; ++b, y += data_group, x += width)
                    block.template multiply_add<1>(y, x);
            }
            double* const largest = to.largest == nullptr ? nullptr : to.largest + q;
            if (to.constants != nullptr)
                block.begin(to.constants + j, out, from_lane<Real>(to.factors, q), largest);
            else
                block.fold(out, from_lane<Real>(to.factors, q), largest);
        }
    }
}

// Data whose weights a pass takes: of doubles 24 KiB, which stay in the first-level cache while all coordinates of a chunk pass by. Floats are widened
// where they are folded, which costs more than that saves.
template <class Real>
constexpr Index rows_of_pass = sizeof(Real) == sizeof(double) ? 96 : 192;

// One chunk of coordinates of the data, `rows` of them, into the means of one panel.
template <class Real>
void add_means(const Real* HWY_RESTRICT data, Index rows, Index size, const Real* HWY_RESTRICT weights,
               double* HWY_RESTRICT means, Upcoming& upcoming) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index q = 0; q < width; q += step) {
        for (Index first = 0; first < rows; first += rows_of_pass<Real>) {
            const Index last = std::min(rows, first + rows_of_pass<Real>);
            for (Index k = 0; k < size; k += data_group) {
                Block<Real> block;
                block.clear();
                block.fetch(means + k * width + q);
                const Real* HWY_RESTRICT y = data + first * size + k * data_group;
                const Real* HWY_RESTRICT w = weights + first * width + q;
                for (Index j = first; j < last;
                     j += data_group, y += size * data_group, w += data_group * width) {
                    upcoming.fetch();
                    HWY_UNROLL(1)
                    for (Index b = 0; b < data_group; ++b)
                        block.template multiply_add<data_group>(y + b, w + b * width);
                }
                block.fold(means + k * width + q, nullptr, nullptr);
            }
        }
    }
}

// As functions, which are dispatched.
void logits_double(const double* data, Index rows, Index size, Index used, const double* panel,
                   const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    add_logits(data, rows, size, used, panel, to, next, next_panel);
}
void logits_float(const float* data, Index rows, Index size, Index used, const float* panel,
                  const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    add_logits(data, rows, size, used, panel, to, next, next_panel);
}
void logits_pairs(const NumberPair* data, Index rows, Index size, Index used, const NumberPair* panel,
                  const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    add_logits(data, rows, size, used, panel, to, next, next_panel);
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

void logits_of(const double* data, Index rows, Index size, Index used, const double* panel,
               const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    HWY_DYNAMIC_DISPATCH(logits_double)(data, rows, size, used, panel, to, next, next_panel);
}
void logits_of(const float* data, Index rows, Index size, Index used, const float* panel,
               const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    HWY_DYNAMIC_DISPATCH(logits_float)(data, rows, size, used, panel, to, next, next_panel);
}
void logits_of(const NumberPair* data, Index rows, Index size, Index used, const NumberPair* panel,
               const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    HWY_DYNAMIC_DISPATCH(logits_pairs)(data, rows, size, used, panel, to, next, next_panel);
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

// Panels of states that are larger in all do not wait in the second-level cache until their turn comes: each is fetched while the one
// before is multiplied.
constexpr Index near_bytes = 512 << 10;

// A panel is as wide as the block in registers (with 32 registers) or twice that: at least one share of what comes next for every six
// coordinates of every group.
template <class Real>
void tile_logits(PackedTile<Real>& tile, const Real* panels, Index count, const TileLogits& out) {
    constexpr Index width = panel_width<Real>;
    const Chunks& chunks = tile.chunks();
    const auto of_panel = [](auto* numbers, Index p) {
        return numbers == nullptr ? nullptr : numbers + p * width;
    };
    const bool far = count * chunks.coordinates() * width * static_cast<Index>(sizeof(Real)) > near_bytes;
    if (out.largest != nullptr) std::fill_n(out.largest, count * width, absent_logit);
    for (Index c = 0; c < chunks.count(); ++c) {
        const bool last = c + 1 == chunks.count();
        tile.pack(c);
        Upcoming next = tile.after(c);
        next.divide(count * (tile.rows() / data_group) * (chunks.size(c) / data_group));
        for (Index p = 0; p < count; ++p) {
            const Real* const panel = panels + (p * chunks.coordinates() + chunks.begin(c)) * width;
            Upcoming next_panel;
            if (far && p + 1 < count)
                next_panel = Upcoming::block(panel + chunks.coordinates() * width, chunks.size(c) * width);
            else if (far && !last)
                next_panel =
                    Upcoming::block(panels + chunks.begin(c + 1) * width, chunks.size(c + 1) * width);
            next_panel.divide(tile.rows() / data_group);
            logits_of(tile.chunk(c), tile.rows(), chunks.size(c), tile.used_values(c), panel,
                      {c == 0 ? out.constants : nullptr, out.logits + p * panel_values<Real>,
                       of_panel(out.factors, p), last ? of_panel(out.largest, p) : nullptr},
                      next, next_panel);
        }
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

template void tile_logits(PackedTile<double>&, const double*, Index, const TileLogits&);
template void tile_logits(PackedTile<float>&, const float*, Index, const TileLogits&);
template void tile_logits(PackedTile<NumberPair>&, const NumberPair*, Index, const TileLogits&);
template void add_tile_means(const PackedTile<double>&, Index, Index, const double*,
                             std::span<double* const>);
template void add_tile_means(const PackedTile<float>&, Index, Index, const float*, std::span<double* const>);

}  // namespace kairos::dynamics
#endif
