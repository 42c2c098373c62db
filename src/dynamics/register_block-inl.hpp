// src/dynamics/register_block-inl.hpp: the micro-kernel of tile_products.cpp, compiled for every instruction set that Highway knows.
//
//   sum(r, v) += y(r) x(v)      r over six rows of the result, v over vectors of a panel: four with 32 registers, two of floats and with 16
//
// Per step 10 loads feed 6 x 4 multiply-adds, or 8 feed 6 x 2: processors do two of either a cycle. Results are doubles, also those of floats
// and of pairs of 16-bit numbers.
#if defined(KAIROS_REGISTER_BLOCK_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_REGISTER_BLOCK_INL
#undef KAIROS_REGISTER_BLOCK_INL
#else
#define KAIROS_REGISTER_BLOCK_INL
#endif

#include <cstdint>
#include <type_traits>

#include "hwy/highway.h"
#include "packed_tile.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Of a row of the block in registers. Four of floats would want panels twice as wide, which do not stay in the first-level cache.
template <class Real>
constexpr int vectors = HWY_MAX_BYTES == 64 && !std::is_same_v<Real, float> ? 4 : 2;

// sum + a b. By the instruction that adds to the sum where it is: where steps stand without a loop the compiler takes those that overwrite
// a factor, too, and copies registers for it (2 to 3 % of the time).
template <class Tag, class V>
HWY_INLINE V accumulate(Tag, V a, V b, V sum) {
#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86
    if constexpr (sizeof(hn::TFromV<V>) == sizeof(double))
        asm("vfmadd231pd %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    else
        asm("vfmadd231ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
#else
    return hn::MulAdd(a, b, sum);
#endif
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
    V sum[data_group][vectors<Real>];

    HWY_INLINE void clear() {
        for (auto& row : sum)
            for (V& value : row) value = hn::Zero(Tag());
    }
    // sum(r, v) += y[r stride] x(v)
    template <Index stride>
    HWY_INLINE void multiply_add(const Real* HWY_RESTRICT y, const Real* HWY_RESTRICT x) {
        const Tag tag;
        const auto lanes = static_cast<Index>(hn::Lanes(tag));
        V row[vectors<Real>];
        HWY_UNROLL(4)
        for (int v = 0; v < vectors<Real>; ++v) row[v] = hn::Load(tag, x + v * lanes);
        HWY_UNROLL(6)
        for (int r = 0; r < data_group; ++r) {
            const V factor = hn::Set(tag, y[r * stride]);
            HWY_UNROLL(4)
            for (int v = 0; v < vectors<Real>; ++v) sum[r][v] = accumulate(tag, factor, row[v], sum[r][v]);
        }
    }
    // Six steps, without a loop: what an instruction that only counts would take from the multiply-adds is a twelfth, and more
    // where another program shares the core. The second step's y is the next six numbers (stride 1) or the next number (stride 6).
    template <Index stride>
    HWY_INLINE void multiply_add_six(const Real* HWY_RESTRICT y, const Real* HWY_RESTRICT x) {
        HWY_UNROLL(6)
        for (Index step = 0; step < data_group; ++step)
            multiply_add<stride>(y + step * (data_group / stride), x + step * width);
    }
    // What fold() will write. Doubles alone: what widens has twice as many lines, and asking for them costs more than it saves (1 to 2 %).
    static HWY_INLINE void fetch(const double* out) {
        if constexpr (wides > 1) return;
        constexpr Index line = 64 / static_cast<Index>(sizeof(double));
        const auto lanes = static_cast<Index>(hn::Lanes(Tag()));
        for (Index r = 0; r < data_group; ++r)
            for (Index q = 0; q < vectors<Real> * lanes; q += line)
                __builtin_prefetch(out + r * width + q, 1);
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
        HWY_ALIGN Real narrow[wides * data_group * vectors<Real> * HWY_MAX_BYTES / sizeof(double)];
        if constexpr (wides > 1) store(narrow);
        HWY_UNROLL(8)
        for (Index v = 0; v < vectors<Real> * wides; ++v) {
            const Index q = v * lanes;
            WideV most = largest == nullptr ? hn::Zero(Wide()) : hn::LoadU(Wide(), largest + q);
            HWY_UNROLL(6)
            for (Index r = 0; r < data_group; ++r) {
                double* const at = out + r * width + q;
                const WideV of_block =
                    widened(sum[r][v / wides], narrow + (r * vectors<Real> * wides + v) * lanes);
                const WideV value = scaled(of_block, from_lane<Real>(factors, q), addend(r, at));
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
    HWY_INLINE void store(Real* HWY_RESTRICT to) const {
        const auto lanes = static_cast<Index>(hn::Lanes(Tag()));
        for (Index r = 0; r < data_group; ++r)
            for (Index v = 0; v < vectors<Real>; ++v)
                hn::Store(sum[r][v], Tag(), to + (r * vectors<Real> + v) * lanes);
    }
    // Doubles of `value`, or of half a vector that store() has left in memory: taken from there, halves cost nothing.
    static HWY_INLINE WideV widened(V value, [[maybe_unused]] const Real* half) {
#if HWY_TARGET == HWY_SCALAR  // has no halves
        return hn::Set(Wide(), static_cast<double>(hn::GetLane(value)));
#else
        if constexpr (wides == 1)
            return value;
        else
            return hn::PromoteTo(Wide(), hn::Load(hn::Half<Tag>(), half));
#endif
    }
};

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
