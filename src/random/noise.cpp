// src/random/noise.cpp: one trajectory a lane; every lane goes through the same instructions, wherever it
// stands in a block and whatever stands beside it. The last vector of a row is computed whole and stored in
// part.
#include "kairos/random/noise.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "layout.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/random/noise.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"
#include "math-inl.hpp"
#include "philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::random::HWY_NAMESPACE {

// The random words of one stream and step, as a function of (pair or attempt, trajectory).
class Source {
public:
    explicit Source(const Layout& layout)
        : keys_(layout.key0, layout.key1), step_(layout.step), tag_(layout.tag), first_(layout.first) {}

    // Lane j: trajectory number `offset` + j of the block.
    HWY_INLINE Word consecutive(std::size_t offset) const {
        const WordTag tag;
        return hn::Add(hn::Set(tag, first_ + offset), hn::Iota(tag, 0u));
    }
    HWY_INLINE Word repeated(std::size_t offset) const { return hn::Set(WordTag(), first_ + offset); }

    HWY_INLINE Block draw(Word word0, Word trajectory) const {
        const WordTag tag;
        const Word high = hn::ShiftLeft<16>(hn::ShiftRight<32>(trajectory));
        return philox(keys_, {word0, hn::Set(tag, step_), trajectory, hn::Or(high, hn::Set(tag, tag_))});
    }

private:
    KeySchedule keys_;
    std::uint64_t step_, tag_, first_;
};

// 1 + floor(bits/2^12)/2^52
HWY_INLINE Real between_1_and_2(Word bits) {
    const WordTag tag;
    return hn::BitCast(RealTag(), hn::Or(hn::ShiftRight<12>(bits), hn::Set(tag, 0x3FF0000000000000u)));
}

// An odd multiple of 2^-53 in (0, 1); the difference is exact.
HWY_INLINE Real uniform_of_two(Word low, Word high) {
    const Word both = hn::OrAnd(hn::ShiftLeft<32>(high), low, hn::Set(WordTag(), 0xFFFFFFFFu));
    return hn::Sub(between_1_and_2(both), hn::Set(RealTag(), 1.0 - 0x1p-53));
}

// An odd multiple of 2^-33 in (0, 1).
HWY_INLINE Real uniform_of_one(Word word) {
    const Word odd = hn::Or(hn::ShiftLeft<32>(word), hn::Set(WordTag(), 0x80000000u));
    return hn::Sub(between_1_and_2(odd), hn::Set(RealTag(), 1.0));
}

HWY_INLINE Real radius(Real u) { return hn::Sqrt(hn::Mul(hn::Set(RealTag(), -2.0), log_of_normal(u))); }

// The first `count` lanes, `stride` apart.
HWY_INLINE void store_some(Real values, std::size_t count, std::size_t stride, double* out) {
    const RealTag real;
    if (count == hn::Lanes(real) && stride == 1) {
        hn::StoreU(values, real, out);
        return;
    }
    HWY_ALIGN double scratch[HWY_MAX_BYTES / sizeof(double)];
    hn::Store(values, real, scratch);
    for (std::size_t lane = 0; lane < count; ++lane) {
        out[lane * stride] = scratch[lane];
    }
}

// Which lanes walk where: along trajectories, or along pairs of components where there are few trajectories.
// Both are one loop, so that the bits cannot depend on which it is.
struct Walk {
    std::size_t rows, columns, pairs, stride;
    bool along_trajectories;
    std::size_t lines, length;

    Walk(const NormalBlock& block, std::size_t lanes)
        : rows(static_cast<std::size_t>(block.rows)),
          columns(static_cast<std::size_t>(block.columns)),
          pairs((rows + 1) / 2),
          stride(static_cast<std::size_t>(block.stride)),
          along_trajectories(pairs * ((columns + lanes - 1) / lanes) <=
                             columns * ((pairs + lanes - 1) / lanes)),
          lines(along_trajectories ? pairs : columns),
          length(along_trajectories ? columns : pairs) {}
    [[nodiscard]] std::size_t pair(std::size_t line, std::size_t start) const {
        return along_trajectories ? line : start;
    }
    [[nodiscard]] std::size_t column(std::size_t line, std::size_t start) const {
        return along_trajectories ? start : line;
    }
};

// Components 2 pair and 2 pair + 1 of `count` lanes; the last component of an odd number of rows stands
// alone.
HWY_INLINE void store_normals(const Walk& walk, std::size_t pair, std::size_t column, std::size_t count,
                              Point p, double* data) {
    double* const even = data + 2 * pair * walk.stride + column;
    if (walk.along_trajectories) {
        const bool both = 2 * pair + 1 < walk.rows;
        store_some(p.x, count, 1, even);
        if (both) {
            store_some(p.y, count, 1, even + walk.stride);
        }
    } else {
        const bool ends_odd = 2 * (pair + count) > walk.rows;
        store_some(p.x, count, 2 * walk.stride, even);
        store_some(p.y, ends_odd ? count - 1 : count, 2 * walk.stride, even + walk.stride);
    }
}

void normals(const Layout& layout, const NormalBlock& block) {
    const WordTag tag;
    const Source source(layout);
    const std::size_t lanes = hn::Lanes(tag);
    const Walk walk(block, lanes);
    const Word lane = hn::Iota(tag, 0u);
    const Word trajectory_of_lane = walk.along_trajectories ? lane : hn::Zero(tag);
    const Word pair_of_lane = walk.along_trajectories ? hn::Zero(tag) : lane;
    for (std::size_t line = 0; line < walk.lines; ++line) {
        for (std::size_t start = 0; start < walk.length; start += lanes) {
            const std::size_t pair = walk.pair(line, start);
            const std::size_t column = walk.column(line, start);
            const Word word0 = hn::Add(hn::Set(tag, block.first_pair + pair), pair_of_lane);
            const Word trajectory = hn::Add(source.repeated(column), trajectory_of_lane);
            const Block words = source.draw(word0, trajectory);
            const Point p =
                on_circle(radius(uniform_of_two(words.x0, words.x1)), uniform_of_two(words.x2, words.x3));
            store_normals(walk, pair, column, std::min(lanes, walk.length - start), p, block.data);
        }
    }
}

void uniforms(const Layout& layout, std::uint32_t component, double* out, std::size_t count) {
    const WordTag tag;
    const Source source(layout);
    const std::size_t lanes = hn::Lanes(tag);
    for (std::size_t start = 0; start < count; start += lanes) {
        const Word trajectory = source.consecutive(start);
        const Block words = source.draw(hn::Set(tag, component), trajectory);
        const Real u = uniform_of_two(words.x0, words.x1);
        store_some(u, std::min(lanes, count - start), 1, out + start);
    }
}

struct Attempt {
    Real v;
    hn::Mask<RealTag> accepted;
};

// x normal, y = c x, v = (1 + y)^3: accepted if v > 0 and log u < x^2/2 + d (1 - v + log v). With w = v - 1
// formed from y itself, 1 - v + log v keeps its digits where it is tiny (d up to 1e18).
HWY_INLINE Attempt attempt(const Block& words, const ChiSquaredShape& shape) {
    const RealTag real;
    const Real one = hn::Set(real, 1.0);
    const Real three = hn::Set(real, 3.0);
    const Real d = hn::Set(real, shape.d);
    const Real x = on_circle(radius(uniform_of_two(words.x0, words.x1)), uniform_of_one(words.x2)).x;
    const Real y = hn::Mul(hn::Set(real, shape.c), x);
    const Real w = hn::Mul(y, hn::MulAdd(y, hn::Add(y, three), three));
    const Real v = hn::Add(w, one);
    const auto positive = hn::Gt(y, hn::Set(real, -1.0));
    const LogParts parts = split(v);
    const auto near_one = hn::Eq(parts.exponent, hn::Zero(real));
    const Real f = hn::IfThenElse(near_one, w, hn::Sub(parts.mantissa, one));
    const Real whole = hn::MulAdd(
        parts.exponent, hn::Set(real, exp_constants<double>.ln2_high + exp_constants<double>.ln2_low),
        hn::Sub(f, w));
    const Real deficit = hn::Add(whole, log1p_less_argument(f));  // log v - w
    const Real bound = hn::MulAdd(d, deficit, hn::Mul(hn::Set(real, 0.5), hn::Mul(x, x)));
    const auto below = hn::Lt(log_of_normal(uniform_of_one(words.x3)), bound);
    return {v, hn::And(positive, below)};
}

void chi_squared(const Layout& layout, const ChiSquaredShape& shape, double* out, std::size_t count) {
    const WordTag tag;
    const RealTag real;
    const Source source(layout);
    const std::size_t lanes = hn::Lanes(tag);
    for (std::size_t start = 0; start < count; start += lanes) {
        const Word trajectory = source.consecutive(start);
        Real v = hn::Zero(real);
        auto pending = hn::Eq(v, v);
        for (std::uint32_t number = 0; !hn::AllFalse(real, pending); ++number) {
            const Attempt tried = attempt(source.draw(hn::Set(tag, number), trajectory), shape);
            v = hn::IfThenElse(hn::And(pending, tried.accepted), tried.v, v);
            pending = hn::AndNot(tried.accepted, pending);
        }
        Real value = hn::Mul(hn::Set(real, 2.0 * shape.d), v);
        if (shape.inverse_shape > 0.0) {
            const Block words = source.draw(hn::Set(tag, boost_attempt), trajectory);
            const Real log_u = log_of_normal(uniform_of_two(words.x0, words.x1));
            value = hn::Mul(value, exp_of_any(hn::Mul(log_u, hn::Set(real, shape.inverse_shape))));
        }
        store_some(value, std::min(lanes, count - start), 1, out + start);
    }
}

}  // namespace kairos::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::random {

HWY_EXPORT(normals);
HWY_EXPORT(uniforms);
HWY_EXPORT(chi_squared);

void fill_normals(const Stream& stream, TrajectoryId first, StepId step, std::uint32_t first_component,
                  Eigen::Ref<Rows> out) {
    assert(first_component % 2 == 0);
    assert(number(first) + static_cast<std::uint64_t>(out.cols()) <= trajectory_limit);
    if (out.size() == 0) {
        return;
    }
    const NormalBlock block{out.data(), out.outerStride(), out.rows(), out.cols(), first_component / 2};
    HWY_DYNAMIC_DISPATCH(normals)(layout_of(stream, first, step), block);
}

void fill_uniforms(const Stream& stream, TrajectoryId first, StepId step, std::span<double> out,
                   std::uint32_t component) {
    HWY_DYNAMIC_DISPATCH(uniforms)(layout_of(stream, first, step), component, out.data(), out.size());
}

void fill_chi_squared(const Stream& stream, TrajectoryId first, StepId step, double degrees,
                      std::span<double> out) {
    assert(degrees > 0.0);
    const double shape = degrees / 2.0;
    const bool boosted = shape < 1.0;
    const double d = (boosted ? shape + 1.0 : shape) - 1.0 / 3.0;
    const ChiSquaredShape constants{d, 1.0 / (3.0 * std::sqrt(d)), boosted ? 1.0 / shape : 0.0};
    HWY_DYNAMIC_DISPATCH(chi_squared)(layout_of(stream, first, step), constants, out.data(), out.size());
}

}  // namespace kairos::random
#endif
