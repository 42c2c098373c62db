// src/app/team_shards.hpp: the ranks of a team as the workers of a divided pass over the data (dynamics/shards.hpp).
#pragma once
#include <utility>

#include "kairos/dynamics/shards.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

class TeamShards : public dynamics::Shards {
public:
    explicit TeamShards(parallel::Communicator team) : team_(std::move(team)) {}
    [[nodiscard]] std::size_t count() const override { return static_cast<std::size_t>(team_.size()); }
    [[nodiscard]] std::size_t index() const override { return static_cast<std::size_t>(team_.rank()); }
    [[nodiscard]] std::vector<double> exchange(std::span<const double> mine) const override {
        return team_.all_gather(mine);
    }

private:
    parallel::Communicator team_;
};

}  // namespace kairos::app
