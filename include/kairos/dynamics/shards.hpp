// include/kairos/dynamics/shards.hpp: a pass over many data divided among several workers, who all end with the sums of all data.
//
//   shard s of S takes tiles [T s/S, T (s+1)/S) of the T tiles of the data;   sums = sums_0 + sums_1 + ... in this order
//
// Every worker holds the same states and draws the same noise, so that all take the same step: what they exchange, once a time, is what
// an online softmax has summed (a few numbers and d sums a trajectory). Results depend on S by rounding alone, and not on who works.
// Errors: those of the exchange. Source: docs/architecture.md, "Parallel shape".
#pragma once
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace kairos::dynamics {

class Shards {
public:
    virtual ~Shards() = default;
    [[nodiscard]] virtual std::size_t count() const = 0;
    [[nodiscard]] virtual std::size_t index() const = 0;  // of the caller, below count()
    // Everybody's numbers, equally many of each, in order of index. All workers call it, in the same order.
    [[nodiscard]] virtual std::vector<double> exchange(std::span<const double> mine) const = 0;

    // The caller's [begin, end) of `all` things.
    [[nodiscard]] std::pair<std::size_t, std::size_t> share_of(std::size_t all) const {
        return {all * index() / count(), all * (index() + 1) / count()};
    }
};

}  // namespace kairos::dynamics
