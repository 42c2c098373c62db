// src/measure/moments.cpp: the lower levels of the tree, for many pairs at a time, and merging in general. No fused operations here (see src/CMakeLists.txt): merging the stored moments of two sets gives the bits that the kernel gives their union.
#include "kairos/measure/moments.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kairos/base/array.hpp"
#include "subtrees.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/measure/moments.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::measure::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Real = hn::Vec<Tag>;
inline constexpr std::size_t lanes = hn::MaxLanes(Tag());

// Nodes of 2^k numbers each, a vector of them.
struct Nodes {
    Real mean, m2, m3, m4;
};

// Every first and every second of the neighbours in two vectors.
struct Pairs {
    Real first, second;
};

HWY_INLINE Pairs pairs_of(Real low, Real high) {
#if HWY_TARGET == HWY_SCALAR
    return {low, high};
#else
    const Tag tag;
    return {hn::ConcatEven(tag, high, low), hn::ConcatOdd(tag, high, low)};
#endif
}

// Two numbers each: merged() with no sums yet.
HWY_INLINE Nodes nodes_of(Real low, Real high) {
    const Tag tag;
    const auto [a, b] = pairs_of(low, high);
    const Real delta = hn::Sub(b, a), square = hn::Mul(delta, delta);
    const Real none = hn::Add(hn::Mul(delta, hn::Zero(tag)), hn::Zero(tag));  // NaN of infinities
    return {hn::Add(a, hn::Mul(delta, hn::Set(tag, 0.5))), hn::Mul(square, hn::Set(tag, 0.5)), none,
            hn::Add(hn::Mul(hn::Mul(square, square), hn::Set(tag, 0.125)), none)};
}

// Neighbours of `count` numbers each become nodes of twice as many: Moments::merge of equal counts.
HWY_INLINE Nodes merged(const Nodes& low, const Nodes& high, double count) {
    const Tag tag;
    const auto [mean_a, mean_b] = pairs_of(low.mean, high.mean);
    const auto [m2_a, m2_b] = pairs_of(low.m2, high.m2);
    const auto [m3_a, m3_b] = pairs_of(low.m3, high.m3);
    const auto [m4_a, m4_b] = pairs_of(low.m4, high.m4);
    const Real delta = hn::Sub(mean_b, mean_a), square = hn::Mul(delta, delta);
    const Real spread = hn::Add(m2_a, m2_b), more = hn::Set(tag, 1.5);
    const Real far = hn::Mul(hn::Mul(square, square), hn::Set(tag, 0.125 * count));
    const Real wide = hn::Mul(hn::Mul(more, square), spread);
    const Real skew = hn::Mul(hn::Add(delta, delta), hn::Sub(m3_b, m3_a));
    const Real tilt = hn::Mul(hn::Mul(more, delta), hn::Sub(m2_b, m2_a));
    return {hn::Add(mean_a, hn::Mul(delta, hn::Set(tag, 0.5))),
            hn::Add(spread, hn::Mul(square, hn::Set(tag, 0.5 * count))), hn::Add(hn::Add(m3_a, m3_b), tilt),
            hn::Add(hn::Add(hn::Add(m4_a, m4_b), skew), hn::Add(far, wide))};
}

inline constexpr std::size_t vectors = leaf_size / lanes;

HWY_INLINE Subtrees::Node node_at(const Nodes (&level)[vectors], std::size_t place, double count) {
    const auto& [mean, m2, m3, m4] = level[place / lanes];
    const std::size_t lane = place % lanes;
    return {count, hn::ExtractLane(mean, lane), hn::ExtractLane(m2, lane), hn::ExtractLane(m3, lane),
            hn::ExtractLane(m4, lane)};
}

HWY_INLINE std::size_t vectors_of(std::size_t numbers) { return (numbers + lanes - 1) / lanes; }

// values: padded to leaf_size. Level by level; the node that has no neighbour is a whole subtree.
HWY_INLINE void climb(const double* values, std::size_t count, Subtrees& out) {
    const Tag tag;
    Nodes level[vectors];
    out.size = 0;
    if (count % 2 == 1) out.nodes[out.size++] = {1.0, values[count - 1], 0.0, 0.0, 0.0};
    for (std::size_t k = 0; k < vectors_of(count / 2); ++k) {
        const double* const at = values + 2 * k * lanes;
        level[k] = nodes_of(hn::LoadU(tag, at), hn::LoadU(tag, at + lanes));
    }
    double each = 2.0;
    for (std::size_t left = count / 2; left > 0; left /= 2) {
        if (left % 2 == 1) out.nodes[out.size++] = node_at(level, left - 1, each);
        const std::size_t last = vectors_of(left) - 1;
        for (std::size_t k = 0; k < vectors_of(left / 2); ++k)
            level[k] = merged(level[2 * k], level[std::min(2 * k + 1, last)], each);
        each *= 2.0;
    }
}

HWY_INLINE void extremes(const double* values, std::size_t count, Subtrees& out) {
    const Tag tag;
    Real low = hn::LoadU(tag, values), high = low;
    for (std::size_t i = lanes; i < count; i += lanes) {
        const Real v = hn::LoadU(tag, values + i);
        low = hn::Min(low, v);
        high = hn::Max(high, v);
    }
    out.low = hn::GetLane(hn::MinOfLanes(tag, low));
    out.high = hn::GetLane(hn::MaxOfLanes(tag, high));
}

// 1 to leaf_size values.
void subtrees_of(const double* values, std::size_t count, Subtrees& out) {
    if (count == leaf_size) {
        extremes(values, leaf_size, out);
        climb(values, leaf_size, out);
        return;
    }
    double padded[leaf_size];
    std::fill(std::copy_n(values, count, padded), padded + leaf_size, values[0]);
    extremes(padded, count, out);
    climb(padded, count, out);
}

}  // namespace kairos::measure::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::measure {
namespace {

HWY_EXPORT(subtrees_of);

// One of equal counts, to which the other is added: of the general formulas below what is left for a = b = n/2.
void merge_equal(Moments& into, const Moments& other) {
    const double delta = into.mean == other.mean ? 0.0 : other.mean - into.mean;
    const double square = delta * delta, spread = into.m2 + other.m2;
    into.m4 = (into.m4 + other.m4 + (delta + delta) * (other.m3 - into.m3)) +
              (square * square * (0.125 * into.count) + 1.5 * square * spread);
    into.m3 = into.m3 + other.m3 + 1.5 * delta * (other.m2 - into.m2);
    into.m2 = spread + square * (0.5 * into.count);
    into.mean += delta * 0.5;
}

// With delta the difference of the means, n = a + b the counts (Pebay, equations 2.1, 2.9 and the like for p
// = 4):
//   m2 = m2a + m2b + delta^2 a b/n
//   m3 = m3a + m3b + delta^3 a b (a - b)/n^2 + 3 delta (a m2b - b m2a)/n
//   m4 = m4a + m4b + delta^4 a b (a^2 - a b + b^2)/n^3 + 6 delta^2 (a^2 m2b + b^2 m2a)/n^2 + 4 delta (a m3b -
//   b m3a)/n
void merge_unequal(Moments& into, const Moments& other) {
    const double a = into.count, b = other.count, n = a + b;
    const double fa = a / n, fb = b / n;
    const double delta = into.mean == other.mean ? 0.0 : other.mean - into.mean;
    const double square = delta * delta;
    into.m4 += other.m4 + square * square * a * fb * (fa * fa - fa * fb + fb * fb) +
               6.0 * square * (fa * fa * other.m2 + fb * fb * into.m2) +
               4.0 * delta * (fa * other.m3 - fb * into.m3);
    into.m3 += other.m3 + square * delta * a * fb * (fa - fb) + 3.0 * delta * (fa * other.m2 - fb * into.m2);
    into.m2 += other.m2 + square * a * fb;
    into.mean += delta * fb;
}

Moments moments_of_leaf(std::span<const double> values) {
    Subtrees parts;
    HWY_DYNAMIC_DISPATCH(subtrees_of)(values.data(), values.size(), parts);
    Moments out;
    for (std::size_t i = 0; i < parts.size; ++i) {
        const auto& [count, mean, m2, m3, m4] = parts.nodes[i];
        Moments larger{.count = count, .mean = mean, .m2 = m2, .m3 = m3, .m4 = m4};
        larger.merge(out);
        out = larger;
    }
    if (std::isinf(parts.low) && parts.low == parts.high) out = {.count = out.count, .mean = parts.low};
    out.minimum = parts.low;
    out.maximum = parts.high;
    // the comparisons may have passed over a NaN
    if (std::isnan(out.mean) && std::ranges::any_of(values, [](double v) { return std::isnan(v); }))
        out.m2 = out.m3 = out.m4 = out.minimum = out.maximum = nan;
    return out;
}

}  // namespace

void Moments::merge(const Moments& other) {
    if (other.count == 0) return;
    if (count == 0) {
        *this = other;
        return;
    }
    if (count == other.count)
        merge_equal(*this, other);
    else
        merge_unequal(*this, other);
    count += other.count;
    const auto beyond = [](double theirs, double ours, bool further) {
        return further || std::isnan(theirs) ? theirs : ours;
    };
    minimum = beyond(other.minimum, minimum, other.minimum < minimum);
    maximum = beyond(other.maximum, maximum, other.maximum > maximum);
}

Moments moments_of(std::span<const double> values) {
    if (values.size() <= leaf_size) return values.empty() ? Moments{} : moments_of_leaf(values);
    std::size_t first = leaf_size;  // half of what is left, or more
    while (2 * first < values.size()) first *= 2;
    Moments out = moments_of(values.first(first));
    out.merge(moments_of(values.subspan(first)));
    return out;
}

}  // namespace kairos::measure
#endif
