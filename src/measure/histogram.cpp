// src/measure/histogram.cpp: counts on bins floor(asinh(value)/2^e); halving the resolution adds pairs of
// neighbours, exactly.
#include "kairos/measure/histogram.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "kairos/random/vector_math.hpp"

namespace kairos::measure {
namespace {

constexpr std::size_t chunk = 256;
constexpr double far_out = 0x1p500;  // beyond, x^2 overflows and asinh |x| = log |x| + log 2

// out = asinh(in) to an absolute error of a few 1e-16 (relative in the tails): bins are no finer than 2^-20.
void asinh_of(std::span<const double> in, std::span<double> out) {
    for (std::size_t i = 0; i < in.size(); ++i) {
        const double x = std::abs(in[i]);
        out[i] = x < far_out ? x + std::sqrt(x * x + 1.0) : x;
    }
    random::log_of(out.first(in.size()), out.first(in.size()));
    for (std::size_t i = 0; i < in.size(); ++i) {
        const double size = std::abs(in[i]) < far_out ? out[i] : out[i] + std::log(2.0);
        out[i] = std::copysign(size, in[i]);
    }
}

// The bin of u at width 2^exponent. Finer bins nest in coarser ones, because floors of halves do.
std::int64_t bin_of(double u, int exponent) {
    return static_cast<std::int64_t>(std::floor(std::ldexp(u, -exponent)));
}

std::int64_t coarser(std::int64_t bin, int steps) { return steps < 63 ? bin >> steps : (bin < 0 ? -1 : 0); }

}  // namespace

void Histogram::add(std::size_t time, std::span<const double> values) {
    assert(time < counts_.size());
    std::array<double, chunk> u;
    for (std::size_t start = 0; start < values.size(); start += chunk) {
        const auto part = values.subspan(start, std::min(chunk, values.size() - start));
        asinh_of(part, u);
        const auto end = std::remove_if(u.begin(), u.begin() + static_cast<std::ptrdiff_t>(part.size()),
                                        [](double value) { return !std::isfinite(value); });
        if (end == u.begin()) {
            continue;
        }
        const auto [low, high] = std::minmax_element(u.begin(), end);
        cover(bin_of(*low, exponent_), bin_of(*high, exponent_), exponent_);
        const double per_unit = std::ldexp(1.0, -exponent_);
        for (auto value = u.begin(); value != end; ++value) {
            ++counts_[time][static_cast<std::size_t>(
                static_cast<std::int64_t>(std::floor(*value * per_unit)) - first_)];
        }
    }
}

void Histogram::merge(const Histogram& other) {
    if (counts_.empty()) {
        *this = other;
        return;
    }
    if (other.width_ == 0) {
        return;
    }
    assert(counts_.size() == other.counts_.size());
    cover(other.first_, other.first_ + other.width_ - 1, other.exponent_);
    const int steps = exponent_ - other.exponent_;
    for (std::size_t t = 0; t < counts_.size(); ++t) {
        for (std::int64_t i = 0; i < other.width_; ++i) {
            const std::int64_t bin = coarser(other.first_ + i, steps) - first_;
            counts_[t][static_cast<std::size_t>(bin)] += other.counts_[t][static_cast<std::size_t>(i)];
        }
    }
}

// Lower edges of bins are exact as doubles: a bin is the floor of a double.
Histogram::Extent Histogram::extent() const {
    constexpr double none = -std::numeric_limits<double>::infinity();
    const auto times = static_cast<double>(counts_.size());
    if (width_ == 0) return {times, none, none, none};
    const auto edge = [this](std::int64_t bin) { return std::ldexp(static_cast<double>(bin), exponent_); };
    return {times, static_cast<double>(exponent_), -edge(first_), edge(first_ + width_ - 1)};
}

void Histogram::widen(const Extent& merged) {
    const auto [times, exponent, below, above] = merged;
    if (counts_.empty()) counts_.resize(static_cast<std::size_t>(times));
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
    if (width_ > 0 && from == first_ && to == first_ + width_ - 1) {
        return;
    }
    for (auto& row : counts_) {
        std::vector<std::uint64_t> wider(static_cast<std::size_t>(to - from + 1), 0);
        std::copy(row.begin(), row.end(), wider.begin() + (width_ > 0 ? first_ - from : 0));
        row = std::move(wider);
    }
    first_ = from;
    width_ = to - from + 1;
}

void Histogram::coarsen(int exponent) {
    const int steps = exponent - exponent_;
    if (steps == 0) {
        return;
    }
    exponent_ = exponent;
    if (width_ == 0) {
        return;
    }
    const std::int64_t first = coarser(first_, steps);
    const std::int64_t width = coarser(first_ + width_ - 1, steps) - first + 1;
    for (auto& row : counts_) {
        std::vector<std::uint64_t> merged(static_cast<std::size_t>(width), 0);
        for (std::int64_t i = 0; i < width_; ++i) {
            merged[static_cast<std::size_t>(coarser(first_ + i, steps) - first)] +=
                row[static_cast<std::size_t>(i)];
        }
        row = std::move(merged);
    }
    first_ = first;
    width_ = width;
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
    out.reserve(counts_.size() * static_cast<std::size_t>(width_));
    for (const auto& row : counts_) {
        double total = 0.0;
        for (const std::uint64_t count : row) {
            total += static_cast<double>(count);
        }
        for (std::size_t i = 0; i < row.size(); ++i) {
            out.push_back(total > 0.0 ? static_cast<double>(row[i]) / (total * (edge[i + 1] - edge[i]))
                                      : 0.0);
        }
    }
    return out;
}

std::vector<std::int64_t> Histogram::pack() const {
    std::vector<std::int64_t> flat{exponent_, first_, width_, static_cast<std::int64_t>(counts_.size())};
    for (const auto& row : counts_) {
        flat.insert(flat.end(), row.begin(), row.end());
    }
    return flat;
}

Histogram Histogram::unpack(std::span<const std::int64_t> flat) {
    assert(flat.size() >= head);
    Histogram out(static_cast<std::size_t>(flat[3]));
    out.exponent_ = static_cast<int>(flat[0]);
    out.first_ = flat[1];
    out.width_ = flat[2];
    assert(flat.size() == head + static_cast<std::size_t>(out.width_ * flat[3]));
    auto next = flat.begin() + head;
    for (auto& row : out.counts_) {
        row.assign(next, next + out.width_);
        next += out.width_;
    }
    return out;
}

}  // namespace kairos::measure
