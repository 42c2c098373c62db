// src/measure/subtrees.cpp: the tree for several rows of numbers at a time, one in each lane. No fused operations here (see
// src/CMakeLists.txt): merging the stored moments of two sets gives the bits that the kernel gives their union.
#include "subtrees.hpp"

#include <algorithm>
#include <bit>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/measure/subtrees.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::measure::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Real = hn::Vec<Tag>;
inline constexpr std::size_t lanes = hn::MaxLanes(Tag());

// Nodes of 2^k numbers each, of as many rows as there are lanes.
struct Nodes {
    Real mean, m2, m3, m4;
};

// Two numbers: merged() with no sums yet.
HWY_INLINE Nodes pair_of(Real a, Real b) {
    const Tag tag;
    const Real half = hn::Mul(hn::Sub(b, a), hn::Set(tag, 0.5)), square = hn::Mul(half, half);
    const Real spread = hn::Add(square, square);
    return {hn::Add(a, half), spread, hn::Zero(tag), hn::Mul(square, spread)};
}

// Two nodes of `count` numbers each: Moments::merge of equal counts.
HWY_INLINE Nodes merged(const Nodes& a, const Nodes& b, double count) {
    const Tag tag;
    const Real half = hn::Mul(hn::Sub(b.mean, a.mean), hn::Set(tag, 0.5)), square = hn::Mul(half, half);
    const Real spread = hn::Add(a.m2, b.m2), between = hn::Mul(square, hn::Set(tag, 2.0 * count));
    const Real tilt = hn::Mul(hn::Mul(half, hn::Set(tag, 3.0)), hn::Sub(b.m2, a.m2));
    const Real skew = hn::Mul(hn::Mul(half, hn::Set(tag, 4.0)), hn::Sub(b.m3, a.m3));
    const Real wide = hn::Mul(square, hn::Add(between, hn::Mul(spread, hn::Set(tag, 6.0))));
    return {hn::Add(a.mean, half), hn::Add(spread, between), hn::Add(hn::Add(a.m3, b.m3), tilt),
            hn::Add(hn::Add(a.m4, b.m4), hn::Add(skew, wide))};
}

// As many numbers of as many rows as there are lanes: from one vector a row to one vector a number.
HWY_INLINE void transpose([[maybe_unused]] Real (&v)[lanes]) {
#if HWY_TARGET != HWY_SCALAR
    const Tag tag;
    Real w[lanes];
    for (std::size_t k = 0; k < lanes; k += 2) {  // 2 x 2 in each block of 128 bits
        w[k] = hn::InterleaveLower(tag, v[k], v[k + 1]);
        w[k + 1] = hn::InterleaveUpper(tag, v[k], v[k + 1]);
    }
    if constexpr (lanes == 2) {
        std::copy_n(w, lanes, v);
    } else if constexpr (lanes == 4) {
        for (std::size_t k = 0; k < 2; ++k) {
            v[k] = hn::ConcatLowerLower(tag, w[k + 2], w[k]);
            v[k + 2] = hn::ConcatUpperUpper(tag, w[k + 2], w[k]);
        }
    } else {
        for (std::size_t k = 0; k < 2; ++k) {
            const Real even_low = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(w[k + 2]), w[k]);
            const Real odd_low = hn::OddEvenBlocks(w[k + 2], hn::SwapAdjacentBlocks(w[k]));
            const Real even_high = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(w[k + 6]), w[k + 4]);
            const Real odd_high = hn::OddEvenBlocks(w[k + 6], hn::SwapAdjacentBlocks(w[k + 4]));
            v[k] = hn::ConcatLowerLower(tag, even_high, even_low);
            v[k + 2] = hn::ConcatLowerLower(tag, odd_high, odd_low);
            v[k + 4] = hn::ConcatUpperUpper(tag, even_high, even_low);
            v[k + 6] = hn::ConcatUpperUpper(tag, odd_high, odd_low);
        }
    }
#endif
}

// Some rows of a table, one in each lane, eight numbers of each at a time.
class RowsInLanes {
public:
    HWY_INLINE RowsInLanes(const double* rows, std::size_t stride) : rows_(rows), stride_(stride) {
        load(0);
        low_ = high_ = v_[0];
    }
    HWY_INLINE void load(std::size_t first) {
        for (std::size_t part = 0; part < 8; part += lanes) {
            Real block[lanes];
            for (std::size_t k = 0; k < lanes; ++k)
                block[k] = hn::LoadU(Tag(), rows_ + k * stride_ + first + part);
            transpose(block);
            std::copy_n(block, lanes, v_ + part);
        }
    }
    // Of those that are loaded: number k, and 1, 3 or 7 that follow it.
    HWY_INLINE Nodes one(std::size_t k) {
        const Real none = hn::Zero(Tag());
        see(v_[k], v_[k]);
        return {v_[k], none, none, none};
    }
    HWY_INLINE Nodes two(std::size_t k) {
        see(v_[k], v_[k + 1]);
        return pair_of(v_[k], v_[k + 1]);
    }
    HWY_INLINE Nodes four(std::size_t k) {
        const Nodes first = two(k);
        return merged(first, two(k + 2), 2.0);
    }
    HWY_INLINE Nodes eight() {
        const Nodes first = four(0);
        return merged(first, four(4), 4.0);
    }
    HWY_INLINE void store_extremes(std::size_t row, Subtrees& out) const {
        hn::StoreU(low_, Tag(), out.low.data() + row);
        hn::StoreU(high_, Tag(), out.high.data() + row);
    }

private:
    HWY_INLINE void see(Real a, Real b) {
        low_ = hn::Min(low_, hn::Min(a, b));
        high_ = hn::Max(high_, hn::Max(a, b));
    }
    const double* rows_;
    std::size_t stride_;
    Real v_[8], low_, high_;
};

HWY_INLINE void store(const Nodes& nodes, double count, std::size_t column, Subtrees::Node& out) {
    const Tag tag;
    out.count = count;
    hn::StoreU(nodes.mean, tag, out.mean.data() + column);
    hn::StoreU(nodes.m2, tag, out.m2.data() + column);
    hn::StoreU(nodes.m3, tag, out.m3.data() + column);
    hn::StoreU(nodes.m4, tag, out.m4.data() + column);
}

// Eights are counted in binary, as TreeFold counts rows.
HWY_INLINE void climb(RowsInLanes rows, std::size_t count, std::size_t row, Subtrees& out) {
    Nodes waiting[48];
    std::size_t size = 0, i = 0;
    for (; i + 8 <= count; i += 8) {
        rows.load(i);
        Nodes nodes = rows.eight();
        double each = 8.0;
        for (std::size_t n = i / 8 + 1; n % 2 == 0; n /= 2) {
            nodes = merged(waiting[--size], nodes, each);
            each *= 2.0;
        }
        waiting[size++] = nodes;
    }
    out.size = 0;
    for (std::size_t n = i / 8, bit = std::bit_floor(n); bit > 0; bit /= 2)
        if ((n & bit) != 0) {
            store(waiting[out.size], 8.0 * static_cast<double>(bit), row, out.nodes[out.size]);
            ++out.size;
        }
    if (i < count) rows.load(i);
    std::size_t k = 0;
    const auto add = [&](const Nodes& nodes, std::size_t each) HWY_ATTR {
        store(nodes, static_cast<double>(each), row, out.nodes[out.size++]);
        k += each;
    };
    if ((count & 4U) != 0) add(rows.four(0), 4);
    if ((count & 2U) != 0) add(rows.two(k), 2);
    if ((count & 1U) != 0) add(rows.one(k), 1);
    rows.store_extremes(row, out);
}

void climb_all(const double* rows, std::size_t stride, std::size_t count, Subtrees& out) {
    for (std::size_t row = 0; row < rows_together; row += lanes)
        climb({rows + row * stride, stride}, count, row, out);
}

}  // namespace kairos::measure::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::measure {

HWY_EXPORT(climb_all);

void subtrees_of(const double* rows, std::size_t stride, std::size_t count, Subtrees& out) {
    HWY_DYNAMIC_DISPATCH(climb_all)(rows, stride, count, out);
}

}  // namespace kairos::measure
#endif
