// include/kairos/app/setup.hpp: configuration -> law, schedule, observation times and ensemble, ready to run.
//
// Everything here is the same on every rank: it depends on the configuration (and input files) alone. Values that the user left to
// the program (times, representation, batch) are resolved into Setup::config.
// Errors: ConfigError (2) for what the law or the machine cannot have, InputError (3) for data files.
#pragma once
#include <memory>
#include <vector>

#include "kairos/app/config.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/law.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/parallel/batch_plan.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

struct Setup {
    Config config;
    dynamics::Schedule schedule;
    std::unique_ptr<const law::Law>
        law;  // in the representation that runs, of one realisation of the disorder
    measure::EnsembleSpec ensemble;
    parallel::BatchPlan batches, clone_batches;
};

// With the law of realisation 0, which also chooses the times of an entropic grid.
[[nodiscard]] Setup prepare(const Config& config, const parallel::Communicator& communicator);

// Frees the law and puts that of another realisation in its place (collective).
void take_realisation(Setup& setup, std::uint64_t realisation, const parallel::Communicator& communicator);

}  // namespace kairos::app
