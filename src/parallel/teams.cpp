#include "kairos/parallel/teams.hpp"

#include <algorithm>
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

Halt TeamCounter::serve(Halt wanted) {
    if (counter_) {
        counter_->serve();
        wanted = std::max(wanted, counter_->halted());
    }
    if (teams_.team().size() > 1)
        wanted = static_cast<Halt>(teams_.team().max(static_cast<std::int64_t>(wanted)));
    if (counter_ && wanted != Halt::none) counter_->halt(std::min(wanted, Halt::end));
    return wanted;
}

Halt TeamCounter::finish() {
    if (counter_) counter_->finish();
    const auto mine = static_cast<std::int64_t>(counter_ ? counter_->halted() : Halt::none);
    return static_cast<Halt>(teams_.all().max(mine));
}

}  // namespace kairos::parallel
