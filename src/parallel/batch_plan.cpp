#include "kairos/parallel/batch_plan.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "kairos/base/error.hpp"

namespace kairos::parallel {
namespace {

constexpr std::uint64_t most_batches = 512, fewest_batches = 32, good_size = 64;

std::uint64_t divide_up(std::uint64_t value, std::uint64_t by) {
    return value / by + (value % by != 0 ? 1 : 0);
}

std::uint64_t automatic_size(std::uint64_t trajectories) {
    const std::uint64_t least = divide_up(trajectories, most_batches);
    if (least > good_size) return std::bit_ceil(least);
    return std::max<std::uint64_t>(1, std::bit_floor(std::min(good_size, trajectories / fewest_batches)));
}

std::uint64_t valid_size(std::uint64_t trajectories, std::optional<std::uint64_t> batch) {
    if (batch == 0U)
        throw ConfigError("ensemble.batch", "0", "makes batches without trajectories", "1 or more",
                          "Leave it out for the automatic size.");
    return batch.value_or(automatic_size(trajectories));
}

}  // namespace

BatchPlan::BatchPlan(std::uint64_t trajectories, std::optional<std::uint64_t> batch)
    : trajectories_(trajectories),
      size_(valid_size(trajectories, batch)),
      count_(divide_up(trajectories, size_)) {}

TrajectoryId BatchPlan::first(BatchId batch) const {
    assert(number(batch) < count_);
    return TrajectoryId{number(batch) * size_};
}

std::uint64_t BatchPlan::size_of(BatchId batch) const {
    return std::min(size_, trajectories_ - number(first(batch)));
}

BatchSeries BatchPlan::part(std::uint64_t which, std::uint64_t parts) const {
    assert(which < parts);
    const std::uint64_t each = count_ / parts, more = count_ % parts;  // the first `more` parts have one more
    return {.first = which,
            .stride = parts,
            .count = each + (which < more ? 1 : 0),
            .place = which * each + std::min(which, more)};
}

std::vector<BatchId> BatchPlan::in_place(std::uint64_t parts) const {
    std::vector<BatchId> batches;
    batches.reserve(count_);
    for (std::uint64_t which = 0; which < parts; ++which) {
        const BatchSeries one = part(which, parts);
        for (std::uint64_t i = 0; i < one.count; ++i) batches.push_back(one[i]);
    }
    return batches;
}

std::vector<BatchRange> groups_to_do(std::span<const std::int64_t> finished, std::uint64_t together,
                                     std::uint64_t teams) {
    auto left = static_cast<std::uint64_t>(std::ranges::count(finished, 0));
    const std::uint64_t least = std::max<std::uint64_t>(1, together / 4);
    std::vector<BatchRange> groups;
    std::uint64_t most = 0;
    for (std::uint64_t i = 0; i < finished.size(); ++i) {
        if (finished[i] != 0) continue;
        if (groups.empty() || groups.back().end != i || groups.back().size() == most) {
            groups.push_back({i, i});
            most = std::clamp((left + teams - 1) / teams, least, together);
        }
        ++groups.back().end;
        --left;
    }
    return groups;
}

}  // namespace kairos::parallel
