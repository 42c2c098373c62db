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

// Every part of the caller's share of the data becomes the sum over all shares. A part has pack(numbers), and unpack(numbers) and
// merge(numbers), which take theirs from the front. The caller's own goes the same way as the others': all workers end with the same bits.
template <class Part>
void join(const Shards& shards, std::vector<Part>& parts) {
    std::vector<double> mine;
    for (const Part& part : parts) part.pack(mine);
    const std::vector<double> all = shards.exchange(mine);
    for (std::size_t s = 0; s < shards.count(); ++s) {
        auto numbers = std::span<const double>(all).subspan(s * mine.size(), mine.size());
        for (Part& part : parts) {
            if (s == 0)
                part.unpack(numbers);
            else
                part.merge(numbers);
        }
    }
}

}  // namespace kairos::dynamics
