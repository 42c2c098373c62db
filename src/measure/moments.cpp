// src/measure/moments.cpp: sixteen partial sums whatever the instruction set, added in one fixed order: a sum
// has the same bits on every machine that has fused multiply-add.
#include "kairos/measure/moments.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "block_sums.hpp"
#include "kairos/base/array.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/measure/moments.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::measure::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::size_t ways = 16;  // partial sums
using Tag = hn::CappedTag<double, ways>;
using Real = hn::Vec<Tag>;
inline constexpr std::size_t lanes = hn::MaxLanes(Tag());
inline constexpr std::size_t vectors = ways / lanes;

// Calls step(sixteen values) over all of them; the last ones are padded with `filler`.
template <class Step>
HWY_INLINE void by_sixteens(std::span<const double> values, double filler, Step step) {
    const std::size_t whole = values.size() - values.size() % ways;
    for (std::size_t i = 0; i < whole; i += ways) {
        step(values.data() + i);
    }
    if (whole < values.size()) {
        double padded[ways];
        std::fill(std::copy(values.begin() + static_cast<std::ptrdiff_t>(whole), values.end(), padded),
                  padded + ways, filler);
        step(padded);
    }
}

// Combines sixteen partial results in one order on every instruction set: i with i + 8, with i + 4, with i + 2,
// with i + 1.
template <class Combine, class CombineLanes>
HWY_INLINE double reduce(const Real (&parts)[vectors], Combine combine, CombineLanes combine_lanes) {
    Real folded[vectors];
    std::copy(std::begin(parts), std::end(parts), folded);
    for (std::size_t half = vectors / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) {
            folded[k] = combine(folded[k], folded[k + half]);
        }
    }
    HWY_ALIGN double lane[lanes];
    hn::Store(folded[0], Tag(), lane);
    for (std::size_t half = lanes / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) {
            lane[k] = combine_lanes(lane[k], lane[k + half]);
        }
    }
    return lane[0];
}

HWY_INLINE double total(const Real (&parts)[vectors]) {
    return reduce(
        parts, [](Real a, Real b) HWY_ATTR { return hn::Add(a, b); },
        [](double a, double b) { return a + b; });
}

// Extremes, and the mean as an offset from the first value.
HWY_INLINE void first_pass(std::span<const double> values, BlockSums& out) {
    const Tag tag;
    const double origin = values[0];
    const Real shift = hn::Set(tag, origin);
    Real sum[vectors], low[vectors], high[vectors];
    for (std::size_t k = 0; k < vectors; ++k) {
        sum[k] = hn::Zero(tag);
        low[k] = high[k] = shift;
    }
    by_sixteens(values, origin, [&](const double* at) HWY_ATTR {
        for (std::size_t k = 0; k < vectors; ++k) {
            const Real v = hn::LoadU(tag, at + k * lanes);
            sum[k] = hn::Add(sum[k], hn::Sub(v, shift));
            low[k] = hn::Min(low[k], v);
            high[k] = hn::Max(high[k], v);
        }
    });
    out.centre = origin + total(sum) / static_cast<double>(values.size());
    out.low = reduce(
        low, [](Real a, Real b) HWY_ATTR { return hn::Min(a, b); },
        [](double a, double b) { return std::min(a, b); });
    out.high = reduce(
        high, [](Real a, Real b) HWY_ATTR { return hn::Max(a, b); },
        [](double a, double b) { return std::max(a, b); });
}

HWY_INLINE void second_pass(std::span<const double> values, BlockSums& out) {
    const Tag tag;
    const Real shift = hn::Set(tag, out.centre);
    Real d1[vectors], d2[vectors], d3[vectors], d4[vectors];
    for (std::size_t k = 0; k < vectors; ++k) {
        d1[k] = d2[k] = d3[k] = d4[k] = hn::Zero(tag);
    }
    by_sixteens(values, out.centre, [&](const double* at) HWY_ATTR {
        for (std::size_t k = 0; k < vectors; ++k) {
            const Real d = hn::Sub(hn::LoadU(tag, at + k * lanes), shift);
            const Real square = hn::Mul(d, d);
            d1[k] = hn::Add(d1[k], d);
            d2[k] = hn::MulAdd(d, d, d2[k]);
            d3[k] = hn::MulAdd(square, d, d3[k]);
            d4[k] = hn::MulAdd(square, square, d4[k]);
        }
    });
    out.powers = {total(d1), total(d2), total(d3), total(d4)};
}

void block_sums(std::span<const double> values, BlockSums& out) {
    first_pass(values, out);
    if (out.low != out.high || std::isnan(out.centre)) {
        second_pass(values, out);
    }
}

}  // namespace kairos::measure::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::measure {

HWY_EXPORT(block_sums);

Moments moments_of(std::span<const double> values) {
    Moments out;
    if (values.empty()) {
        return out;
    }
    const auto n = static_cast<double>(values.size());
    BlockSums sums{};
    HWY_DYNAMIC_DISPATCH(block_sums)(values, sums);
    out.count = n;
    out.minimum = sums.low;
    out.maximum = sums.high;
    if (std::isnan(sums.centre)) {  // the comparisons may have passed over a NaN
        const bool any = std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
        if (any) {
            out.minimum = out.maximum = nan;
        }
    }
    if (out.minimum == out.maximum) {
        out.mean = out.minimum;
        return out;
    }
    const auto [d1, d2, d3, d4] = sums.powers;
    // delta: what rounding left between centre and mean
    const double delta = d1 / n;
    const double square = delta * delta;
    out.mean = sums.centre + delta;
    out.m2 = std::max(d2 - n * square, 0.0);
    out.m3 = d3 - 3.0 * delta * d2 + 2.0 * n * square * delta;
    out.m4 = std::max(d4 - 4.0 * delta * d3 + 6.0 * square * d2 - 3.0 * n * square * square, 0.0);
    return out;
}

// With delta the difference of the means, n = a + b the counts (Pebay, equations 2.1, 2.9 and the like for p
// = 4):
//   m2 = m2a + m2b + delta^2 a b/n
//   m3 = m3a + m3b + delta^3 a b (a - b)/n^2 + 3 delta (a m2b - b m2a)/n
//   m4 = m4a + m4b + delta^4 a b (a^2 - a b + b^2)/n^3 + 6 delta^2 (a^2 m2b + b^2 m2a)/n^2 + 4 delta (a m3b -
//   b m3a)/n
void Moments::merge(const Moments& other) {
    if (other.count == 0) {
        return;
    }
    if (count == 0) {
        *this = other;
        return;
    }
    const double a = count, b = other.count, n = a + b;
    const double fa = a / n, fb = b / n;
    const double delta = other.mean - mean;
    const double square = delta * delta;
    m4 += other.m4 + square * square * a * fb * (fa * fa - fa * fb + fb * fb) +
          6.0 * square * (fa * fa * other.m2 + fb * fb * m2) + 4.0 * delta * (fa * other.m3 - fb * m3);
    m3 += other.m3 + square * delta * a * fb * (fa - fb) + 3.0 * delta * (fa * other.m2 - fb * m2);
    m2 += other.m2 + square * a * fb;
    mean += delta * fb;
    count = n;
    const auto beyond = [](double theirs, double ours, bool further) {
        return further || std::isnan(theirs) ? theirs : ours;
    };
    minimum = beyond(other.minimum, minimum, other.minimum < minimum);
    maximum = beyond(other.maximum, maximum, other.maximum > maximum);
}

}  // namespace kairos::measure
#endif
