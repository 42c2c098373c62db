// src/random/math-inl.hpp: log and cos/sin of a turn on vectors of doubles; included once per instruction set.
//
//   log x              = k ln 2 + f + s (z R(z) - f),    x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt(2)),
//                        s = f/(2 + f), z = s^2
//   cos, sin of 2 pi u = those of (pi/2)(q + f),    q = round(4 u), f in [-1/2, 1/2]: the reduction is exact
//
// R and the polynomials of cos and sin interpolate at Chebyshev nodes; relative error below 1e-16 each. No
// instruction here looks at a neighbouring lane, so a lane's bits depend on its own argument alone.
#if defined(KAIROS_RANDOM_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_RANDOM_MATH_INL
#undef KAIROS_RANDOM_MATH_INL
#else
#define KAIROS_RANDOM_MATH_INL
#endif

#include <cstdint>

#include "exp-inl.hpp"
#include "hwy/highway.h"
#include "polynomial-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::random::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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
    const Real small =
        hn::MulAdd(parts.exponent, hn::Set(real, exp_constants<double>.ln2_low), log1p_less_argument(f));
    return hn::MulAdd(parts.exponent, hn::Set(real, exp_constants<double>.ln2_high), hn::Add(f, small));
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

struct Turn {
    Real cosine, sine;  // of (pi/2) f, |f| <= 1/2
    Bits quadrant;      // in the low two bits
};

// 0 <= u <= 1
HWY_INLINE Turn turn(Real u) {
    const RealTag real;
    const Real magic = hn::Set(real, exp_constants<double>.to_integer);
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
