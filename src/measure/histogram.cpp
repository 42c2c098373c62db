// src/measure/histogram.cpp: counts on bins floor(asinh(value)/2^e); halving the resolution adds pairs of
// neighbours, exactly.
//
// Every time has a ring of cells, bin b in cell b mod `bins`: as at most so many bins are occupied, a range that grows moves nothing.
#include "kairos/measure/histogram.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "kairos/random/vector_math.hpp"

namespace kairos::measure {
namespace {

constexpr Eigen::Index chunk = 256;
constexpr double far_out = 0x1p500;  // beyond, x^2 overflows and asinh |x| = log |x| + log 2

using Chunk = Eigen::Array<double, Eigen::Dynamic, 1, 0, chunk, 1>;  // no memory of its own to ask for

// To an absolute error of a few 1e-16 (relative in the tails): bins are no finer than 2^-20.
Chunk asinh_of(const Chunk& value) {
    const Chunk x = value.abs(), near = x.min(far_out);
    Chunk u = near + (near.square() + 1.0).sqrt();
    const std::span<double> all(u.data(), static_cast<std::size_t>(u.size()));
    random::log_of(all, all);
    if (x.maxCoeff() > far_out)
        for (Eigen::Index i = 0; i < x.size(); ++i)
            if (x[i] > far_out) u[i] = std::log(x[i]) + std::log(2.0);
    for (Eigen::Index i = 0; i < x.size(); ++i) u[i] = std::copysign(u[i], value[i]);
    return u;
}

// Those of them that are finite.
Chunk finite_of(const std::span<const double> values) {
    Chunk all = Eigen::Map<const Chunk>(values.data(), std::ssize(values));
    if ((all - all).sum() == 0.0) return all;  // a difference is NaN where a number is not finite
    const auto end =
        std::remove_if(all.begin(), all.end(), [](double value) { return !std::isfinite(value); });
    all.conservativeResize(end - all.begin());
    return all;
}

// The bin of u at width 2^exponent. Finer bins nest in coarser ones, because floors of halves do.
std::int64_t bin_of(double u, int exponent) {
    return static_cast<std::int64_t>(std::floor(std::ldexp(u, -exponent)));
}

// As bin_of without its calls, for numbers that are known to fit.
std::int64_t floor_of(double x) {
    const auto towards_zero = static_cast<std::int64_t>(x);
    return towards_zero - static_cast<std::int64_t>(x < static_cast<double>(towards_zero));
}

std::int64_t coarser(std::int64_t bin, int steps) { return steps < 63 ? bin >> steps : (bin < 0 ? -1 : 0); }

}  // namespace

void Histogram::add(std::size_t time, std::span<const double> values) {
    assert(time < times_);
    for (std::size_t start = 0; start < values.size(); start += chunk) {
        const Chunk finite =
            finite_of(values.subspan(start, std::min<std::size_t>(chunk, values.size() - start)));
        if (finite.size() == 0) continue;
        const Chunk u = asinh_of(finite);
        cover(bin_of(u.minCoeff(), exponent_), bin_of(u.maxCoeff(), exponent_), exponent_);
        const double per_unit = std::ldexp(1.0, -exponent_);
        const auto counts = ring(time);
        for (const double value : u) ++counts[cell_of(floor_of(value * per_unit))];
    }
}

void Histogram::merge(const Histogram& other) {
    if (times_ == 0) {
        *this = other;
        return;
    }
    if (other.width_ == 0) {
        return;
    }
    assert(times_ == other.times_);
    cover(other.first_, other.first_ + other.width_ - 1, other.exponent_);
    const int steps = exponent_ - other.exponent_;
    for (std::size_t t = 0; t < times_; ++t) {
        const auto to = ring(t);
        const auto from = other.ring(t);
        for (std::int64_t bin = other.first_; bin < other.first_ + other.width_; ++bin)
            to[cell_of(coarser(bin, steps))] += from[cell_of(bin)];
    }
}

// Lower edges of bins are exact as doubles: a bin is the floor of a double.
Histogram::Extent Histogram::extent() const {
    constexpr double none = -std::numeric_limits<double>::infinity();
    const auto times = static_cast<double>(times_);
    if (width_ == 0) return {times, none, none, none};
    const auto edge = [this](std::int64_t bin) { return std::ldexp(static_cast<double>(bin), exponent_); };
    return {times, static_cast<double>(exponent_), -edge(first_), edge(first_ + width_ - 1)};
}

void Histogram::widen(const Extent& merged) {
    const auto [times, exponent, below, above] = merged;
    if (times_ == 0) times_ = static_cast<std::size_t>(times);
    if (!std::isfinite(exponent)) return;
    const auto e = static_cast<int>(exponent);
    cover(bin_of(-below, e), bin_of(above, e), e);
}

// Makes room for bins low..high of width 2^exponent, on bins as coarse as that needs.
void Histogram::cover(std::int64_t low, std::int64_t high, int exponent) {
    int coarsest = std::max(exponent, exponent_);
    const auto united = [&](int e) {
        std::int64_t from = coarser(low, e - exponent), to = coarser(high, e - exponent);
        if (width_ > 0) {
            from = std::min(from, coarser(first_, e - exponent_));
            to = std::max(to, coarser(first_ + width_ - 1, e - exponent_));
        }
        return std::pair(from, to);
    };
    while (united(coarsest).second - united(coarsest).first >= bins) {
        ++coarsest;
    }
    coarsen(coarsest);
    const auto [from, to] = united(coarsest);
    if (width_ == 0) counts_.resize(times_ * bins);
    first_ = from;
    width_ = to - from + 1;
}

void Histogram::coarsen(int exponent) {
    const int steps = exponent - exponent_;
    exponent_ = exponent;
    if (steps == 0 || width_ == 0) return;
    for (std::size_t t = 0; t < times_; ++t) {
        std::array<std::uint64_t, bins> merged{};
        const auto counts = ring(t);
        for (std::int64_t bin = first_; bin < first_ + width_; ++bin)
            merged[cell_of(coarser(bin, steps))] += counts[cell_of(bin)];
        std::ranges::copy(merged, counts.begin());
    }
    const std::int64_t last = coarser(first_ + width_ - 1, steps);
    first_ = coarser(first_, steps);
    width_ = last - first_ + 1;
}

std::vector<double> Histogram::edges() const {
    std::vector<double> out;
    for (std::int64_t i = 0; i <= width_; ++i) {
        out.push_back(std::sinh(std::ldexp(static_cast<double>(first_ + i), exponent_)));
    }
    return out;
}

std::vector<double> Histogram::density() const {
    const std::vector<double> edge = edges();
    std::vector<double> out;
    out.reserve(times_ * static_cast<std::size_t>(width_));
    for (std::size_t t = 0; t < times_ && width_ > 0; ++t) {
        const auto counts = ring(t);
        double total = 0.0;
        for (const std::uint64_t count : counts) total += static_cast<double>(count);
        for (std::size_t i = 0; i + 1 < edge.size(); ++i) {
            const auto count = static_cast<double>(counts[cell_of(first_ + static_cast<std::int64_t>(i))]);
            out.push_back(total > 0.0 ? count / (total * (edge[i + 1] - edge[i])) : 0.0);
        }
    }
    return out;
}

std::vector<std::int64_t> Histogram::pack() const {
    std::vector<std::int64_t> flat{exponent_, first_, width_, static_cast<std::int64_t>(times_)};
    flat.reserve(flat.size() + times_ * static_cast<std::size_t>(width_));
    for (std::size_t t = 0; t < times_; ++t)
        for (std::int64_t bin = first_; bin < first_ + width_; ++bin)
            flat.push_back(static_cast<std::int64_t>(ring(t)[cell_of(bin)]));
    return flat;
}

Histogram Histogram::unpack(std::span<const std::int64_t> flat) {
    assert(flat.size() >= head);
    Histogram out(static_cast<std::size_t>(flat[3]));
    out.exponent_ = static_cast<int>(flat[0]);
    out.first_ = flat[1];
    out.width_ = flat[2];
    assert(flat.size() == head + static_cast<std::size_t>(out.width_ * flat[3]));
    if (out.width_ > 0) out.counts_.resize(out.times_ * bins);
    auto next = flat.begin() + head;
    for (std::size_t t = 0; t < out.times_; ++t)
        for (std::int64_t bin = out.first_; bin < out.first_ + out.width_; ++bin)
            out.ring(t)[cell_of(bin)] = static_cast<std::uint64_t>(*next++);
    return out;
}

}  // namespace kairos::measure
