#include "kairos/parallel/teams.hpp"

#include <limits>
#include <stdexcept>
#include <string>

namespace kairos::parallel {
namespace {

const Communicator& divided(const Communicator& all, int size) {
    if (size < 1 || all.size() % size != 0)
        throw std::invalid_argument("Teams: " + std::to_string(all.size()) + " ranks make no teams of " +
                                    std::to_string(size));
    return all;
}

}  // namespace

Teams::Teams(const Communicator& all, int size)
    : all_(divided(all, size)),
      team_(size == 1 ? Communicator::serial() : all.split(all.rank() / size)),
      peers_(size == 1 ? all : all.split(all.rank() % size)) {}

TeamCounter::TeamCounter(const Teams& teams, std::uint64_t count) : teams_(teams) {
    if (teams_.leads()) counter_.emplace(teams_.peers(), count);
}

std::optional<BatchId> TeamCounter::next() {
    constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t batch = none;
    if (counter_)
        if (const auto dealt = counter_->next()) batch = number(*dealt);
    teams_.team().broadcast_value(batch);
    return batch == none ? std::nullopt : std::optional(BatchId{batch});
}

void TeamCounter::serve() {
    if (counter_) counter_->serve();
}

void TeamCounter::finish() {
    if (counter_) counter_->finish();
}

}  // namespace kairos::parallel
