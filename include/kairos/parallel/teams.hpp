// include/kairos/parallel/teams.hpp: ranks that work on one batch together, and batches dealt to teams.
//
//   ranks 0 .. S-1 are the first team, S .. 2 S-1 the second, ...;   the first rank of a team leads it
//
// Neighbouring ranks share a node where one has room for a team, so that what a team exchanges stays on it. A leader asks for the next
// batch and tells its team. Collective over all ranks: the constructors and finish(); over a team: next().
// Errors: Error(ExitCode::other) naming the MPI call; std::invalid_argument where S does not divide the ranks.
#pragma once
#include <cstdint>
#include <optional>

#include "kairos/base/ids.hpp"
#include "kairos/parallel/batch_counter.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::parallel {

class Teams {
public:
    Teams(const Communicator& all, int size);
    [[nodiscard]] const Communicator& all() const { return all_; }
    [[nodiscard]] const Communicator& team() const { return team_; }  // of the caller
    [[nodiscard]] std::uint64_t count() const { return static_cast<std::uint64_t>(peers_.size()); }
    [[nodiscard]] bool leads() const { return team_.is_root(); }
    // Of a leader: all leaders. Of other ranks: those of the same place in their teams.
    [[nodiscard]] const Communicator& peers() const { return peers_; }

private:
    Communicator all_, team_, peers_;
};

// Deals 0 .. count - 1 to teams: the numbers of a BatchCounter, the same for every rank of a team.
class TeamCounter {
public:
    TeamCounter(const Teams& teams, std::uint64_t count);
    [[nodiscard]] std::optional<BatchId> next();
    // Between two steps of a batch, by all ranks of the team at the same place: passes on a reason to halt that one of them has, and
    // returns the strongest that any of them knows. To abandon a batch is the team's own affair: others hear `end`.
    [[nodiscard]] Halt serve(Halt wanted = Halt::none);
    [[nodiscard]] Halt finish();  // the reason dealing was halted for, the same on all ranks

private:
    Teams teams_;
    std::optional<BatchCounter> counter_;  // of a leader
};

}  // namespace kairos::parallel
