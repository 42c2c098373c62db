// include/kairos/app/setup.hpp: configuration -> law, schedule, observation times and ensemble, ready to run.
//
// Everything here is the same on every rank: it depends on the configuration (and input files) alone. Values that the user left to
// the program (times, representation, batch) are resolved into Setup::config.
// Errors: ConfigError (2) for what the law or the machine cannot have, InputError (3) for data files.
#pragma once
#include <memory>
#include <vector>

#include "kairos/app/config.hpp"
#include "kairos/app/memory.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/law.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/parallel/batch_plan.hpp"
#include "kairos/parallel/teams.hpp"

namespace kairos::app {

struct Setup {
    Config config;
    dynamics::Schedule schedule;
    // In the representation that runs, of one realisation of the disorder; keeps the memory of its data.
    std::unique_ptr<const law::Law> law;
    measure::EnsembleSpec ensemble;
    parallel::BatchPlan batches, clone_batches;
    MemoryNeed memory;
    parallel::Teams teams;
};

// Refuses run.data-shards that do not divide the ranks; kairos plan asks only where there are several.
void require_teams(const Config& config, const parallel::Communicator& communicator);

// With the law of realisation 0, which also chooses the times of an entropic grid. Collective, and so is the end of a
// Setup: the ranks of a node let go of shared data together.
// times: those of an earlier run of this configuration; empty: those it asks for.
[[nodiscard]] Setup prepare(const Config& config, const parallel::Communicator& communicator,
                            const std::vector<Time>& times = {});

// Frees the law and puts that of another realisation in its place (collective).
void take_realisation(Setup& setup, std::uint64_t realisation, const parallel::Communicator& communicator);

}  // namespace kairos::app
