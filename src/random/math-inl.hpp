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

struct ExpParts {
    Real fraction;  // e^r
    Real shifted;   // n in the low bits
    Real n;
};

// |x| below 2^51.
HWY_INLINE ExpParts split_exp(Real x) {
    const RealTag real;
    const Real magic = hn::Set(real, to_integer);
    const Real shifted = hn::MulAdd(x, hn::Set(real, one_over_ln2), magic);
    const Real n = hn::Sub(shifted, magic);
    const Real high = hn::NegMulAdd(n, hn::Set(real, ln2_high), x);
    const Real r = hn::NegMulAdd(n, hn::Set(real, ln2_low), high);
    const Real q =
        polynomial(r, 0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d68p-5, 0x1.11111111109b5p-7,
                   0x1.6c16c17889ef1p-10, 0x1.a01a01a7c2efep-13, 0x1.a019b9149a41cp-16, 0x1.71de0db2f6b19p-19,
                   0x1.28917c89a43a7p-22, 0x1.af389ecfc4b9cp-26);
    return {hn::Add(hn::Set(real, 1.0), hn::MulAdd(hn::Mul(r, r), q, r)), shifted, n};
}

// The whole range: 0 below -745.2, inf above 709.8, NaN of NaN. 2^n is applied in two factors, so that
// subnormals are rounded once.
HWY_INLINE Real exp_of_any(Real x) {
    const RealTag real;
    const BitsTag bits;
    // x stands second: where an operand is NaN, the instruction returns the second
    const ExpParts e = split_exp(hn::Min(hn::Set(real, 720.0), hn::Max(hn::Set(real, -760.0), x)));
    const Bits half = hn::BitCast(bits, hn::MulAdd(e.n, hn::Set(real, 0.5), hn::Set(real, to_integer)));
    const Bits rest = hn::Sub(hn::BitCast(bits, e.shifted), half);
    const Bits unit = hn::BitCast(bits, hn::Set(real, 1.0));
    const Real factor = hn::BitCast(real, hn::Add(hn::ShiftLeft<52>(half), unit));
    const Real factor2 = hn::BitCast(real, hn::Add(hn::ShiftLeft<52>(rest), unit));
    return hn::Mul(hn::Mul(e.fraction, factor), factor2);
}

// From -2^51 to 709; 0 below -708, where results would be subnormal. n goes straight into the exponent.
HWY_INLINE Real exp_flushed(Real x) {
    const RealTag real;
    const BitsTag bits;
    const ExpParts e = split_exp(x);
    const Bits scale = hn::ShiftLeft<52>(hn::BitCast(bits, e.shifted));
    const Real result = hn::BitCast(real, hn::Add(hn::BitCast(bits, e.fraction), scale));
    return hn::IfThenElseZero(hn::Ge(x, hn::Set(real, -708.0)), result);
}

// From -2^22 to 88; 0 below -86.5.
HWY_INLINE Float exp_flushed(Float x) {
    const FloatTag real;
    const hn::RebindToUnsigned<FloatTag> bits;
    const Float magic = hn::Set(real, 0x1.8p+23f);
    const Float shifted = hn::MulAdd(x, hn::Set(real, 0x1.715476p+0f), magic);
    const Float n = hn::Sub(shifted, magic);
    const Float high = hn::NegMulAdd(n, hn::Set(real, 0x1.62e4p-1f), x);
    const Float r = hn::NegMulAdd(n, hn::Set(real, 0x1.7f7d1cp-20f), high);
    const Float q =
        polynomial(r, 0x1.000000p-1f, 0x1.5554dcp-3f, 0x1.55551ap-5f, 0x1.120b6ep-7f, 0x1.6d110ap-10f);
    const Float fraction = hn::Add(hn::Set(real, 1.0f), hn::MulAdd(hn::Mul(r, r), q, r));
    const auto scale = hn::ShiftLeft<23>(hn::BitCast(bits, shifted));
    const Float result = hn::BitCast(real, hn::Add(hn::BitCast(bits, fraction), scale));
    return hn::IfThenElseZero(hn::Ge(x, hn::Set(real, -86.5f)), result);
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
