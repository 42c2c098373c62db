// tests/dynamics/stream_of_tiles.hpp: logits cut into tiles for an online softmax, and the same sums in long double.
#pragma once
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "../../src/dynamics/online_softmax.hpp"

namespace kairos::test {

using dynamics::Cell, dynamics::Latent, dynamics::LogitTile, dynamics::OnlineSoftmax;

// Data and their logits, n x m; class_of[level][datum] ascends within a level only if the data are sorted.
struct Stream {
    Rows logits;
    std::vector<std::vector<int>> class_of;
    Vector norm2;

    [[nodiscard]] std::vector<int> classes() const {
        std::vector<int> out;
        for (const auto& level : class_of) {
            out.push_back(1 + *std::max_element(level.begin(), level.end()));
        }
        return out;
    }
};

struct FreeAligned {
    void operator()(void* memory) const { std::free(memory); }
};

// Rows first .. first + count - 1 as one tile, in memory of its own; lanes that fill up the stride hold rubbish.
template <class Real>
class Tile {
public:
    Tile(const Stream& stream, Index first, Index count, std::uint32_t number)
        : stride_((stream.logits.cols() + 15) / 16 * 16 + 16),
          logits_(aligned<double>(stride_ * count)),
          weights_(aligned<Real>(stride_ * count)),
          datum_(static_cast<std::size_t>(count)),
          norm2_(stream.norm2.segment(first, count)) {
        std::fill_n(logits_.get(), stride_ * count, 33.0);
        for (Index k = 0; k < count; ++k) {
            for (Index j = 0; j < stream.logits.cols(); ++j) {
                logits_.get()[k * stride_ + j] = stream.logits(first + k, j);
            }
        }
        std::iota(datum_.begin(), datum_.end(), first);
        make_cells(stream, first, count);
        tile_ = {logits_.get(), weights_.get(), count, stride_, number, datum_.data(), norm2_.data(), cells_};
    }

    [[nodiscard]] const LogitTile<Real>& get() const { return tile_; }
    [[nodiscard]] double weight(Index row, Index lane) const {
        return static_cast<double>(weights_.get()[row * stride_ + lane]);
    }

private:
    template <class T>
    static T* aligned(Index count) {
        return static_cast<T*>(std::aligned_alloc(64, sizeof(T) * static_cast<std::size_t>(count)));
    }
    void make_cells(const Stream& stream, Index first, Index count) {
        const std::size_t levels = stream.class_of.size();
        classes_.reserve(levels * static_cast<std::size_t>(count));
        for (Index k = 0; levels > 0 && k < count; ++k) {
            std::vector<int> here;
            for (const auto& level : stream.class_of) {
                here.push_back(level[static_cast<std::size_t>(first + k)]);
            }
            if (!cells_.empty() && std::equal(here.begin(), here.end(), cells_.back().classes)) {
                ++cells_.back().count;
                continue;
            }
            classes_.insert(classes_.end(), here.begin(), here.end());
            cells_.push_back({k, 1, classes_.data() + classes_.size() - levels});
        }
    }

    Index stride_;
    std::unique_ptr<double, FreeAligned> logits_;
    std::unique_ptr<Real, FreeAligned> weights_;
    std::vector<std::int64_t> datum_;
    Vector norm2_;
    std::vector<int> classes_;
    std::vector<Cell> cells_;
    LogitTile<Real> tile_{};
};

// Feeds rows from .. to - 1 in tiles of `rows`, numbered from `number`; accumulates sum_j e_j norm2_j as a caller would.
template <class Real>
Lanes feed(OnlineSoftmax& softmax, const Stream& stream, Index from, Index to, Index rows,
           std::uint32_t number) {
    const Index m = stream.logits.cols();
    Lanes sum = Lanes::Zero(m);
    Lanes rescale(m);
    for (Index first = from; first < to; first += rows, ++number) {
        const Index count = std::min(rows, to - first);
        const Tile<Real> tile(stream, first, count, number);
        if (softmax.absorb(tile.get(), rescale.data())) {
            sum *= rescale;
        }
        for (const auto& [lane, datum, logit] : softmax.take_joined())
            sum[lane] += std::exp(logit - softmax.reference()[lane]) * stream.norm2[datum];
        for (Index k = 0; k < count; ++k) {
            for (Index j = 0; j < m; ++j) {
                sum[j] += tile.weight(k, j) * stream.norm2[first + k];
            }
        }
    }
    for (Index j = 0; j < m; ++j) {
        sum[j] += softmax.top_weight(j) * stream.norm2[softmax.top(j)];
    }
    return sum;
}

struct ExactLatent {
    std::vector<long double> weights;
    long double entropy = 0, varentropy = 0, collision = 0, within = 0, top_surprisal = 0;
    Index top = 0;
};

// From log-weights up to a constant; the top one's own from the others.
inline ExactLatent exact_latent(const std::vector<long double>& logits) {
    ExactLatent out;
    out.top = std::max_element(logits.begin(), logits.end()) - logits.begin();
    long double others = 0;
    for (std::size_t k = 0; k < logits.size(); ++k) {
        others += static_cast<Index>(k) == out.top
                      ? 0
                      : std::exp(logits[k] - logits[static_cast<std::size_t>(out.top)]);
    }
    out.top_surprisal = std::log1p(others);
    const auto log_weight = [&](std::size_t k) {
        return logits[k] - logits[static_cast<std::size_t>(out.top)] - out.top_surprisal;
    };
    for (std::size_t k = 0; k < logits.size(); ++k) {
        const long double weight = std::exp(log_weight(k));
        out.weights.push_back(weight);
        out.entropy -= weight > 0 ? weight * log_weight(k) : 0;
        out.collision += weight * weight;
    }
    for (std::size_t k = 0; k < logits.size(); ++k) {
        const long double deviation = log_weight(k) + out.entropy;
        out.varentropy += out.weights[k] > 0 ? out.weights[k] * deviation * deviation : 0;
    }
    return out;
}

inline std::vector<long double> column(const Stream& stream, Index lane) {
    std::vector<long double> out;
    for (Index k = 0; k < stream.logits.rows(); ++k) {
        out.push_back(static_cast<long double>(stream.logits(k, lane)));
    }
    return out;
}

// The classes of one level: log-weights by a log-sum-exp over each, and H(j|x,c).
inline ExactLatent exact_level(const Stream& stream, std::size_t level, Index lane) {
    const std::vector<long double> logits = column(stream, lane);
    const auto classes = static_cast<std::size_t>(stream.classes()[level]);
    std::vector<std::vector<long double>> members(classes);
    for (std::size_t k = 0; k < logits.size(); ++k) {
        members[static_cast<std::size_t>(stream.class_of[level][k])].push_back(logits[k]);
    }
    std::vector<long double> of_class, entropies;
    for (const auto& group : members) {
        const ExactLatent inside = exact_latent(group);
        of_class.push_back(group[static_cast<std::size_t>(inside.top)] + inside.top_surprisal);
        entropies.push_back(inside.entropy);
    }
    ExactLatent out = exact_latent(of_class);
    out.within = std::inner_product(entropies.begin(), entropies.end(), out.weights.begin(), 0.0L);
    return out;
}

}  // namespace kairos::test
