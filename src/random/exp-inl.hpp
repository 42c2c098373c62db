// src/random/exp-inl.hpp: exp of vectors of doubles and of floats, over the whole range and the cheap one of weights; included once per
// instruction set.
//
//   exp x = 2^n (1 + r + r^2 Q(r)),         n = round(x/ln 2), r = x - n ln 2
//   exp x = 2^(n/16) (1 + r + r^2 Q(r)),    n = round(16 x/ln 2), r = x - n ln 2/16       the cheap one, with 32 registers
//
// Q interpolates at Chebyshev nodes: relative error below 1e-16 (1.1e-8 in single precision). No instruction here looks at a neighbouring
// lane, so a lane's bits depend on its own argument alone.
#if defined(KAIROS_RANDOM_EXP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_RANDOM_EXP_INL
#undef KAIROS_RANDOM_EXP_INL
#else
#define KAIROS_RANDOM_EXP_INL
#endif

#include <cstdint>

#include "hwy/highway.h"
#include "polynomial-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::random::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using RealTag = hn::ScalableTag<double>;
using BitsTag = hn::RebindToUnsigned<RealTag>;
using Real = hn::Vec<RealTag>;
using Bits = hn::Vec<BitsTag>;
using FloatTag = hn::ScalableTag<float>;
using Float = hn::Vec<FloatTag>;

template <class Number>
struct ExpConstants {
    Number to_integer;  // adding it leaves round(x) in the low bits
    Number one_over_ln2;
    Number ln2_high, ln2_low;  // the first ends in zero bits: n ln2_high is exact
    Number lowest;             // below it results would be subnormal
};
template <class Number>
inline constexpr ExpConstants<Number> exp_constants{0x1.8p+52, 0x1.71547652b82fep+0, 0x1.62e42fef80000p-1,
                                                    0x1.1cf79abc9e3b4p-36, -708.0};
template <>
inline constexpr ExpConstants<float> exp_constants<float>{0x1.8p+23f, 0x1.715476p+0f, 0x1.62e4p-1f,
                                                          0x1.7f7d1cp-20f, -86.5f};

template <class V, int n>
struct ExpParts {
    V excess[n];   // e^r - 1
    V shifted[n];  // `power` in the low bits
    V power[n];    // of 2^(1/steps)
};

template <int steps = 1, class V, int n, class... Coefficients>
HWY_INLINE void split_exp(const V (&x)[n], ExpParts<V, n>& out, Coefficients... coefficients) {
    const hn::DFromV<V> real;
    constexpr auto& constants = exp_constants<hn::TFromV<V>>;
    const V magic = hn::Set(real, constants.to_integer), rate = hn::Set(real, steps * constants.one_over_ln2);
    const V high = hn::Set(real, constants.ln2_high / steps), low = hn::Set(real, constants.ln2_low / steps);
    V r[n], square[n], q[n];
    each<n>([&](int i) HWY_ATTR { out.shifted[i] = hn::MulAdd(x[i], rate, magic); });
    each<n>([&](int i) HWY_ATTR { out.power[i] = hn::Sub(out.shifted[i], magic); });
    each<n>([&](int i) HWY_ATTR { r[i] = hn::NegMulAdd(out.power[i], high, x[i]); });
    each<n>([&](int i) HWY_ATTR { r[i] = hn::NegMulAdd(out.power[i], low, r[i]); });
    each<n>([&](int i) HWY_ATTR { square[i] = hn::Mul(r[i], r[i]); });
    polynomial(r, square, q, coefficients...);
    each<n>([&](int i) HWY_ATTR { out.excess[i] = hn::MulAdd(square[i], q[i], r[i]); });
}
template <int n>
HWY_INLINE void split_exp(const Real (&x)[n], ExpParts<Real, n>& out) {
    split_exp(x, out, 0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d68p-5, 0x1.11111111109b5p-7,
              0x1.6c16c17889ef1p-10, 0x1.a01a01a7c2efep-13, 0x1.a019b9149a41cp-16, 0x1.71de0db2f6b19p-19,
              0x1.28917c89a43a7p-22, 0x1.af389ecfc4b9cp-26);
}
template <int n>
HWY_INLINE void split_exp(const Float (&x)[n], ExpParts<Float, n>& out) {
    split_exp(x, out, 0x1.000000p-1f, 0x1.5554dcp-3f, 0x1.55551ap-5f, 0x1.120b6ep-7f, 0x1.6d110ap-10f);
}

// The whole range: 0 below -745.2, inf above 709.8, NaN of NaN. 2^n is applied in two factors, so that
// subnormals are rounded once.
HWY_INLINE Real exp_of_any(Real x) {
    const RealTag real;
    const BitsTag bits;
    // x stands second: where an operand is NaN, the instruction returns the second
    const Real bounded[1] = {hn::Min(hn::Set(real, 720.0), hn::Max(hn::Set(real, -760.0), x))};
    ExpParts<Real, 1> e;
    split_exp(bounded, e);
    const Bits half = hn::BitCast(
        bits, hn::MulAdd(e.power[0], hn::Set(real, 0.5), hn::Set(real, exp_constants<double>.to_integer)));
    const Bits rest = hn::Sub(hn::BitCast(bits, e.shifted[0]), half);
    const Bits unit = hn::BitCast(bits, hn::Set(real, 1.0));
    const Real factor = hn::BitCast(real, hn::Add(hn::ShiftLeft<52>(half), unit));
    const Real factor2 = hn::BitCast(real, hn::Add(hn::ShiftLeft<52>(rest), unit));
    return hn::Mul(hn::Mul(hn::Add(hn::Set(real, 1.0), e.excess[0]), factor), factor2);
}

template <class V>
HWY_INLINE V zero_below_lowest(V x, V exp_x) {
    const hn::DFromV<V> real;
    return hn::IfThenElseZero(hn::Ge(x, hn::Set(real, exp_constants<hn::TFromV<V>>.lowest)), exp_x);
}

#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86

// With 32 registers a table fits into one or two of them, and leaves half of the polynomial: the bits of 2^(i/16) less those of i/16 in the
// exponent. Those of n/16 added, n = 16 k + i, make them 2^(n/16).
alignas(64) inline constexpr std::uint64_t sixteenths[16] = {
    0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238,
    0x3fef06fe0a31b715, 0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429,
    0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
    0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da};
alignas(64) inline constexpr std::uint32_t float_sixteenths[16] = {
    0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532, 0x3f75fed7, 0x3f75583f,
    0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c, 0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d};

// 2^(n/16), n in the low bits of `shifted`: the entry of its lowest four, and the others straight into the exponent.
HWY_INLINE Real power_of_sixteenths(Real shifted) {
    const BitsTag bits;
    const Bits low = hn::Load(bits, sixteenths), high = hn::Load(bits, sixteenths + 8);
    const Bits n = hn::BitCast(bits, shifted);
    const Bits entry{_mm512_permutex2var_epi64(low.raw, n.raw, high.raw)};
    return hn::BitCast(RealTag(), hn::Add(entry, hn::ShiftLeft<48>(n)));
}
HWY_INLINE Float power_of_sixteenths(Float shifted) {
    const hn::RebindToUnsigned<FloatTag> bits;
    const auto n = hn::BitCast(bits, shifted);
    const decltype(n) entry{_mm512_permutexvar_epi32(n.raw, hn::Load(bits, float_sixteenths).raw)};
    return hn::BitCast(FloatTag(), hn::Add(entry, hn::ShiftLeft<19>(n)));
}

template <class V, int n, class... Coefficients>
HWY_INLINE void exp_by_table(const V (&x)[n], V (&out)[n], Coefficients... coefficients) {
    ExpParts<V, n> e;
    split_exp<16>(x, e, coefficients...);
    each<n>([&](int i) HWY_ATTR {
        const V scale = power_of_sixteenths(e.shifted[i]);
        out[i] = zero_below_lowest(x[i], hn::MulAdd(scale, e.excess[i], scale));
    });
}

// To 709 (single precision: 88); 0 below -708 (-86.5), where results would be subnormal.
template <int n>
HWY_INLINE void exp_flushed(const Real (&x)[n], Real (&out)[n]) {
    exp_by_table(x, out, 0x1.0000000000000p-1, 0x1.55555554dcc9bp-3, 0x1.55555555190f9p-5,
                 0x1.11120b77051e7p-7, 0x1.6c17bbd1f560ap-10);
}
template <int n>
HWY_INLINE void exp_flushed(const Float (&x)[n], Float (&out)[n]) {
    exp_by_table(x, out, 0x1.000148p-1f, 0x1.55565cp-3f);
}

#else

// (1 + excess) 2^n. n, in the low bits of `shifted`, goes straight into the exponent.
template <int bits_of_fraction, class V>
HWY_INLINE V scaled(V excess, V shifted) {
    const hn::DFromV<V> real;
    const hn::RebindToUnsigned<decltype(real)> bits;
    const auto fraction = hn::BitCast(bits, hn::Add(hn::Set(real, 1), excess));
    return hn::BitCast(real, hn::Add(fraction, hn::ShiftLeft<bits_of_fraction>(hn::BitCast(bits, shifted))));
}

template <int n>
HWY_INLINE void exp_flushed(const Real (&x)[n], Real (&out)[n]) {
    ExpParts<Real, n> e;
    split_exp(x, e);
    each<n>([&](int i) HWY_ATTR { out[i] = zero_below_lowest(x[i], scaled<52>(e.excess[i], e.shifted[i])); });
}
template <int n>
HWY_INLINE void exp_flushed(const Float (&x)[n], Float (&out)[n]) {
    ExpParts<Float, n> e;
    split_exp(x, e);
    each<n>([&](int i) HWY_ATTR { out[i] = zero_below_lowest(x[i], scaled<23>(e.excess[i], e.shifted[i])); });
}

#endif

// Of one vector.
template <class V>
HWY_INLINE V exp_flushed(V x) {
    const V in[1] = {x};
    V out[1];
    exp_flushed(in, out);
    return out[0];
}

}  // namespace kairos::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
