// src/random/math-inl.hpp: exp, log and cos/sin of a turn on vectors of doubles; included once per
// instruction set.
//
//   exp x       = 2^n (1 + r + r^2 Q(r)),    n = round(x/ln 2), r = x - n ln 2; also in single precision
//   log x       = k ln 2 + f + s (z R(z) - f),    x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt(2)), s = f/(2 +
//   f), z = s^2 cos, sin of 2 pi u = those of (pi/2)(q + f),    q = round(4 u), f in [-1/2, 1/2]: the
//   reduction is exact
//
// Q, R and the polynomials of cos and sin interpolate at Chebyshev nodes; relative error below 1e-16 each
// (1.1e-8 in single precision). No
// instruction here looks at a neighbouring lane, so a lane's bits depend on its own argument alone.
#if defined(KAIROS_RANDOM_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_RANDOM_MATH_INL
#undef KAIROS_RANDOM_MATH_INL
#else
#define KAIROS_RANDOM_MATH_INL
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::random::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using RealTag = hn::ScalableTag<double>;
using BitsTag = hn::RebindToUnsigned<RealTag>;
using Real = hn::Vec<RealTag>;
using Bits = hn::Vec<BitsTag>;
using FloatTag = hn::ScalableTag<float>;
using Float = hn::Vec<FloatTag>;

inline constexpr double ln2_high = 0x1.62e42fef80000p-1;  // ends in 19 zero bits: n ln2_high is exact
inline constexpr double ln2_low = 0x1.1cf79abc9e3b4p-36;
inline constexpr double one_over_ln2 = 0x1.71547652b82fep+0;
inline constexpr double to_integer = 0x1.8p+52;  // adding it leaves round(x) in the low bits

// Several vectors take every step in turn: one of them alone is a chain that is longer than what a processor looks ahead.
template <int n, class Step>
HWY_INLINE void each(Step step) {
    HWY_UNROLL(4)
    for (int i = 0; i < n; ++i) step(i);
}

// c_at + z (c_{at+2} + z (c_{at+4} + ...))
template <std::size_t at, class V, int n, class Coefficient, std::size_t count>
HWY_INLINE void every_second(const V (&z)[n], const Coefficient (&coefficients)[count], V (&sum)[n]) {
    const V c = hn::Set(hn::DFromV<V>(), coefficients[at]);
    if constexpr (at + 2 < count) {
        every_second<at + 2>(z, coefficients, sum);
        each<n>([&](int i) HWY_ATTR { sum[i] = hn::MulAdd(z[i], sum[i], c); });
    } else {
        each<n>([&](int i) HWY_ATTR { sum[i] = c; });
    }
}

// c0 + c1 x + c2 x^2 + ...: even and odd powers apart are two chains of half the length. z = x^2
template <class V, int n, class... Coefficients>
HWY_INLINE void polynomial(const V (&x)[n], const V (&z)[n], V (&sum)[n], Coefficients... coefficients) {
    const hn::TFromV<V> all[] = {coefficients...};
    V odd[n];
    every_second<1>(z, all, odd);
    every_second<0>(z, all, sum);
    each<n>([&](int i) HWY_ATTR { sum[i] = hn::MulAdd(x[i], odd[i], sum[i]); });
}

// c0 + x (c1 + x (c2 + ...))
template <class V, class Coefficient, class... Coefficients>
HWY_INLINE V polynomial(V x, Coefficient first, Coefficients... others) {
    const V c = hn::Set(hn::DFromV<V>(), first);
    if constexpr (sizeof...(others) == 0) {
        return c;
    } else {
        return hn::MulAdd(x, polynomial(x, others...), c);
    }
}

struct LogParts {
    Real exponent;  // k
    Real mantissa;  // 1 + f
};

// x positive and normal.
HWY_INLINE LogParts split(Real x) {
    const RealTag real;
    const BitsTag bits;
    const Bits root_half = hn::Set(bits, 0x3FE6A09E667F3BCDu);
    const Bits shifted =
        hn::Add(hn::BitCast(bits, x), hn::Set(bits, 0x3FF0000000000000u - 0x3FE6A09E667F3BCDu));
    // the biased exponent as a double: 2^52 + e as bits, less 2^52 + 1023
    const Bits biased = hn::Or(hn::ShiftRight<52>(shifted), hn::Set(bits, 0x4330000000000000u));
    const Real exponent = hn::Sub(hn::BitCast(real, biased), hn::Set(real, 0x1p52 + 1023.0));
    const Bits fraction = hn::And(shifted, hn::Set(bits, 0x000FFFFFFFFFFFFFu));
    return {exponent, hn::BitCast(real, hn::Add(fraction, root_half))};
}

// log(1 + f) - f for 1 + f in [sqrt(1/2), sqrt(2)], without cancellation.
HWY_INLINE Real log1p_less_argument(Real f) {
    const Real s = hn::Div(f, hn::Add(f, hn::Set(RealTag(), 2.0)));
    const Real z = hn::Mul(s, s);
    const Real r =
        polynomial(z, 0x1.5555555555558p-1, 0x1.99999999952d7p-2, 0x1.2492492df281ap-2, 0x1.c71c62e3f11e6p-3,
                   0x1.7462b51cb66b1p-3, 0x1.39fe51a7c18f9p-3, 0x1.2b5900de53b32p-3);
    return hn::Mul(s, hn::MulSub(z, r, f));
}

// x positive and normal.
HWY_INLINE Real log_of_normal(Real x) {
    const RealTag real;
    const LogParts parts = split(x);
    const Real f = hn::Sub(parts.mantissa, hn::Set(real, 1.0));
    const Real small = hn::MulAdd(parts.exponent, hn::Set(real, ln2_low), log1p_less_argument(f));
    return hn::MulAdd(parts.exponent, hn::Set(real, ln2_high), hn::Add(f, small));
}

// The whole range: log 0 = -inf, log of a negative number or NaN = NaN, log inf = inf.
HWY_INLINE Real log_of_any(Real x) {
    const RealTag real;
    const Real infinity = hn::BitCast(real, hn::Set(BitsTag(), 0x7FF0000000000000u));
    const auto subnormal = hn::Lt(x, hn::Set(real, 0x1p-1022));
    const Real scaled = hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(real, 0x1p54)), x);
    const Real lift = hn::IfThenElseZero(subnormal, hn::Set(real, 54 * 0x1.62e42fefa39efp-1));
    const Real finite = hn::Sub(log_of_normal(scaled), lift);
    const Real zero = hn::Zero(real);
    const Real edge = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity),
                                     hn::IfThenElse(hn::Eq(x, infinity), x, hn::NaN(real)));
    return hn::IfThenElse(hn::And(hn::Gt(x, zero), hn::Lt(x, infinity)), finite, edge);
}

template <int n>
struct ExpParts {
    Real fraction[n];  // e^r
    Real shifted[n];   // `power` in the low bits
    Real power[n];     // of two
};

// |x| below 2^51.
template <int n>
HWY_INLINE void split_exp(const Real (&x)[n], ExpParts<n>& out) {
    const RealTag real;
    const Real magic = hn::Set(real, to_integer), one = hn::Set(real, 1.0);
    Real r[n], square[n], q[n];
    each<n>([&](int i) HWY_ATTR { out.shifted[i] = hn::MulAdd(x[i], hn::Set(real, one_over_ln2), magic); });
    each<n>([&](int i) HWY_ATTR { out.power[i] = hn::Sub(out.shifted[i], magic); });
    each<n>([&](int i) HWY_ATTR { r[i] = hn::NegMulAdd(out.power[i], hn::Set(real, ln2_high), x[i]); });
    each<n>([&](int i) HWY_ATTR { r[i] = hn::NegMulAdd(out.power[i], hn::Set(real, ln2_low), r[i]); });
    each<n>([&](int i) HWY_ATTR { square[i] = hn::Mul(r[i], r[i]); });
    polynomial(r, square, q, 0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d68p-5,
               0x1.11111111109b5p-7, 0x1.6c16c17889ef1p-10, 0x1.a01a01a7c2efep-13, 0x1.a019b9149a41cp-16,
               0x1.71de0db2f6b19p-19, 0x1.28917c89a43a7p-22, 0x1.af389ecfc4b9cp-26);
    each<n>([&](int i) HWY_ATTR { q[i] = hn::MulAdd(square[i], q[i], r[i]); });
    each<n>([&](int i) HWY_ATTR { out.fraction[i] = hn::Add(one, q[i]); });
}

// The whole range: 0 below -745.2, inf above 709.8, NaN of NaN. 2^n is applied in two factors, so that
// subnormals are rounded once.
HWY_INLINE Real exp_of_any(Real x) {
    const RealTag real;
    const BitsTag bits;
    // x stands second: where an operand is NaN, the instruction returns the second
    const Real bounded[1] = {hn::Min(hn::Set(real, 720.0), hn::Max(hn::Set(real, -760.0), x))};
    ExpParts<1> e;
    split_exp(bounded, e);
    const Bits half =
        hn::BitCast(bits, hn::MulAdd(e.power[0], hn::Set(real, 0.5), hn::Set(real, to_integer)));
    const Bits rest = hn::Sub(hn::BitCast(bits, e.shifted[0]), half);
    const Bits unit = hn::BitCast(bits, hn::Set(real, 1.0));
    const Real factor = hn::BitCast(real, hn::Add(hn::ShiftLeft<52>(half), unit));
    const Real factor2 = hn::BitCast(real, hn::Add(hn::ShiftLeft<52>(rest), unit));
    return hn::Mul(hn::Mul(e.fraction[0], factor), factor2);
}

// fraction 2^n; 0 where x is below `lowest`. n, in the low bits of `shifted`, goes straight into the exponent.
template <int bits_of_fraction, class V>
HWY_INLINE V scaled_or_zero(V fraction, V shifted, V x, hn::TFromV<V> lowest) {
    const hn::DFromV<V> real;
    const hn::RebindToUnsigned<decltype(real)> bits;
    const auto scale = hn::ShiftLeft<bits_of_fraction>(hn::BitCast(bits, shifted));
    const V result = hn::BitCast(real, hn::Add(hn::BitCast(bits, fraction), scale));
    return hn::IfThenElseZero(hn::Ge(x, hn::Set(real, lowest)), result);
}

// From -2^51 to 709; 0 below -708, where results would be subnormal.
template <int n>
HWY_INLINE void exp_flushed(const Real (&x)[n], Real (&out)[n]) {
    ExpParts<n> e;
    split_exp(x, e);
    each<n>([&](int i) HWY_ATTR { out[i] = scaled_or_zero<52>(e.fraction[i], e.shifted[i], x[i], -708.0); });
}

// From -2^22 to 88; 0 below -86.5.
template <int n>
HWY_INLINE void exp_flushed(const Float (&x)[n], Float (&out)[n]) {
    const FloatTag real;
    const Float magic = hn::Set(real, 0x1.8p+23f), one = hn::Set(real, 1.0f);
    Float shifted[n], power[n], r[n], square[n], q[n];
    each<n>([&](int i) HWY_ATTR { shifted[i] = hn::MulAdd(x[i], hn::Set(real, 0x1.715476p+0f), magic); });
    each<n>([&](int i) HWY_ATTR { power[i] = hn::Sub(shifted[i], magic); });
    each<n>([&](int i) HWY_ATTR { r[i] = hn::NegMulAdd(power[i], hn::Set(real, 0x1.62e4p-1f), x[i]); });
    each<n>([&](int i) HWY_ATTR { r[i] = hn::NegMulAdd(power[i], hn::Set(real, 0x1.7f7d1cp-20f), r[i]); });
    each<n>([&](int i) HWY_ATTR { square[i] = hn::Mul(r[i], r[i]); });
    polynomial(r, square, q, 0x1.000000p-1f, 0x1.5554dcp-3f, 0x1.55551ap-5f, 0x1.120b6ep-7f, 0x1.6d110ap-10f);
    each<n>([&](int i) HWY_ATTR { q[i] = hn::Add(one, hn::MulAdd(square[i], q[i], r[i])); });
    each<n>([&](int i) HWY_ATTR { out[i] = scaled_or_zero<23>(q[i], shifted[i], x[i], -86.5f); });
}

// Of one vector.
template <class V>
HWY_INLINE V exp_flushed(V x) {
    const V in[1] = {x};
    V out[1];
    exp_flushed(in, out);
    return out[0];
}

struct Turn {
    Real cosine, sine;  // of (pi/2) f, |f| <= 1/2
    Bits quadrant;      // in the low two bits
};

// 0 <= u <= 1
HWY_INLINE Turn turn(Real u) {
    const RealTag real;
    const Real magic = hn::Set(real, to_integer);
    const Real four = hn::Set(real, 4.0);
    const Real shifted = hn::MulAdd(u, four, magic);
    const Real f = hn::MulSub(u, four, hn::Sub(shifted, magic));
    const Real z = hn::Mul(f, f);
    const Real sine = polynomial(z, 0x1.921fb54442d18p+0, -0x1.4abbce625be41p-1, 0x1.466bc677587f8p-4,
                                 -0x1.32d2cce2e5b19p-8, 0x1.50782fda12d96p-13, -0x1.e30071afc3e59p-19,
                                 0x1.e3f38399551bfp-25);
    const Real cosine = polynomial(z, 1.0, -0x1.3bd3cc9be458bp+0, 0x1.03c1f081b0780p-2, -0x1.55d3c7dbfd139p-6,
                                   0x1.e1f4fb60281f6p-11, -0x1.a6c9c1be9eb49p-16, 0x1.f3dbcea61b1a4p-22);
    return {cosine, hn::Mul(f, sine), hn::BitCast(BitsTag(), shifted)};
}

struct Point {
    Real x, y;
};

// (r cos 2 pi u, r sin 2 pi u): quadrants 0..3 are (c, s), (-s, c), (-c, -s), (s, -c).
HWY_INLINE Point on_circle(Real r, Real u) {
    const RealTag real;
    const BitsTag bits;
    const Turn t = turn(u);
    const Bits one = hn::Set(bits, 1u);
    const auto swapped = hn::RebindMask(real, hn::TestBit(t.quadrant, one));
    const Bits sign = hn::Set(bits, 0x8000000000000000u);
    const Bits sign_x = hn::And(hn::ShiftLeft<62>(hn::Add(t.quadrant, one)), sign);
    const Bits sign_y = hn::And(hn::ShiftLeft<62>(t.quadrant), sign);
    const Real x = hn::Mul(r, hn::IfThenElse(swapped, t.sine, t.cosine));
    const Real y = hn::Mul(r, hn::IfThenElse(swapped, t.cosine, t.sine));
    return {hn::Xor(x, hn::BitCast(real, sign_x)), hn::Xor(y, hn::BitCast(real, sign_y))};
}

}  // namespace kairos::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
