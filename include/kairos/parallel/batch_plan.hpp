// include/kairos/parallel/batch_plan.hpp: how an ensemble of N trajectories is cut into numbered batches.
//
//   batch b holds trajectories b size .. min((b + 1) size, N) - 1;   count = ceil(N / size)
//
// The plan depends on N and ensemble.batch alone, never on the ranks: batches are the unit of statistics, and
// results must not show who computed them. Automatic size, with three wishes in this order:
//   at most 512 batches             moments of all batches are kept and written          size >= N/512
//   at least 32 batches if N >= 32  error bars by jackknife                              size <= N/32
//   64 trajectories a batch         blocks that fill SIMD lanes and share one pass over the data
// so N < 2048: N/32, rounded down to a power of 2 (32 to 64 batches); N <= 32768: 64; above: N/512, rounded up to a power of 2.
// Batches of a larger ensemble are whole numbers of those of a smaller one: it can be extended (docs/checkpoint.md).
//
// Whatever differs from one part of an ensemble to the next (the draw of the disorder) takes whole batches:
//
//   part p of P: batches p, p + P, p + 2P, ...
//
// so that a batch stays in its part when there are more of them. Batches are kept part after part: in_place() says which.
//
// Errors: ConfigError for ensemble.batch = 0.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kairos/base/ids.hpp"

namespace kairos::parallel {

struct BatchRange {
    std::uint64_t begin = 0, end = 0;
    [[nodiscard]] std::uint64_t size() const { return end - begin; }
    bool operator==(const BatchRange&) const = default;
};

// Batches first, first + stride, ..., `count` of them.
struct BatchSeries {
    std::uint64_t first = 0, stride = 1, count = 0;
    std::uint64_t place = 0;  // of the first where parts stand one after another
    [[nodiscard]] BatchId operator[](std::uint64_t i) const { return BatchId{first + i * stride}; }
    [[nodiscard]] BatchRange places() const { return {place, place + count}; }
    bool operator==(const BatchSeries&) const = default;
};

class BatchPlan {
public:
    BatchPlan(std::uint64_t trajectories, std::optional<std::uint64_t> batch);

    [[nodiscard]] std::uint64_t trajectories() const { return trajectories_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }    // of every batch but perhaps the last
    [[nodiscard]] std::uint64_t count() const { return count_; }  // number of batches
    [[nodiscard]] std::uint64_t full() const {
        return trajectories_ / size_;
    }  // of those, with `size` trajectories
    [[nodiscard]] TrajectoryId first(BatchId batch) const;
    [[nodiscard]] std::uint64_t size_of(BatchId batch) const;
    [[nodiscard]] BatchSeries part(std::uint64_t which, std::uint64_t parts) const;
    [[nodiscard]] BatchSeries all() const { return part(0, 1); }
    [[nodiscard]] std::vector<BatchId> in_place(
        std::uint64_t parts) const;  // [place] the batch that stands there

private:
    std::uint64_t trajectories_, size_, count_;
};

// What is left of a series, [i] whether its batch i is finished (not 0), in groups that a team works on together: at most `together` that
// follow one another. The last groups are smaller, so that no team stands idle, but no smaller than a quarter: a pass over many data
// takes long for few trajectories.
[[nodiscard]] std::vector<BatchRange> groups_to_do(std::span<const std::int64_t> finished,
                                                   std::uint64_t together, std::uint64_t teams);

}  // namespace kairos::parallel
