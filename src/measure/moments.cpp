// src/measure/moments.cpp: merging, and the tree of a row from its subtrees. No fused operations here either (subtrees.cpp).
#include "kairos/measure/moments.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kairos/base/array.hpp"
#include "subtrees.hpp"

namespace kairos::measure {
namespace {

// One of equal counts, to which the other is added: of the general formulas below what is left for a = b = n/2.
void merge_equal(Moments& into, const Moments& other) {
    const double half = into.mean == other.mean ? 0.0 : (other.mean - into.mean) * 0.5;
    const double square = half * half, spread = into.m2 + other.m2, between = square * (2.0 * into.count);
    into.m4 = (into.m4 + other.m4) + (half * 4.0 * (other.m3 - into.m3) + square * (between + spread * 6.0));
    into.m3 = (into.m3 + other.m3) + half * 3.0 * (other.m2 - into.m2);
    into.m2 = spread + between;
    into.mean += half;
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

Moments of_row(const Subtrees& parts, std::size_t row) {
    Moments out;
    for (std::size_t i = parts.size; i-- > 0;) {
        const auto& [count, mean, m2, m3, m4] = parts.nodes[i];
        Moments larger{.count = count, .mean = mean[row], .m2 = m2[row], .m3 = m3[row], .m4 = m4[row]};
        larger.merge(out);
        out = larger;
    }
    const double low = parts.low[row], high = parts.high[row];
    if (std::isinf(low) && low == high) out = {.count = out.count, .mean = low};
    out.minimum = low;
    out.maximum = high;
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

std::array<Moments, rows_together> moments_of_rows(const double* rows, std::size_t stride,
                                                   std::size_t count) {
    std::array<Moments, rows_together> all;
    if (count == 0) return all;
    Subtrees parts;
    subtrees_of(rows, stride, count, parts);
    for (std::size_t k = 0; k < rows_together; ++k) {
        Moments& one = all[k] = of_row(parts, k);
        if (!std::isnan(one.mean)) continue;
        for (std::size_t i = 0; i < count; ++i)  // the comparisons may have passed over a NaN
            if (std::isnan(rows[k * stride + i])) one.m2 = one.m3 = one.m4 = one.minimum = one.maximum = nan;
    }
    return all;
}

Moments moments_of(std::span<const double> values) {
    const std::size_t count = values.size();
    if (count < 8 * rows_together) {
        std::vector<double> padded(values.begin(), values.end());
        padded.resize(count + rows_padding);
        return moments_of_rows(padded.data(), 0, count).front();
    }
    if (!std::has_single_bit(count)) {
        const std::size_t first = std::bit_floor(count);
        Moments all = moments_of(values.first(first));
        all.merge(moments_of(values.subspan(first)));
        return all;
    }
    // The eighths of a long row are rows themselves.
    auto parts = moments_of_rows(values.data(), count / rows_together, count / rows_together);
    for (std::size_t apart = 1; apart < rows_together; apart *= 2)
        for (std::size_t k = 0; k < rows_together; k += 2 * apart) parts[k].merge(parts[k + apart]);
    return parts.front();
}

}  // namespace kairos::measure
