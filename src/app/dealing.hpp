// src/app/dealing.hpp: the batches of a part of the plan that are not finished yet, dealt to teams of ranks until all are, or the run is halted.
//
// Ranks come together when dealing ends, for whatever reason: then every rank knows which batches are finished, and Watch::halted is
// called, by all. A batch that is abandoned leaves no trace.
#pragma once
#include <functional>
#include <vector>

#include "kairos/app/run_loop.hpp"

namespace kairos::app {

// Runs consecutive batches of the given sizes from a first trajectory on: their rows, one after the other.
using RunBatches = std::function<std::vector<measure::Moments>(TrajectoryId, std::vector<std::uint64_t>)>;

// What the ensemble that runs batches calls between its steps; deal() puts its own hook there.
using PauseHook = std::function<void()>;

struct BatchWork {
    std::uint64_t together;  // at most so many batches are worked on together, where they follow one another
    PauseHook& pause;
    const RunBatches& run;
};

// Adds the rows of this rank to `rows`, which holds those it has of earlier dealings, and what they took to `times`. Collective.
void deal(const RunContext& context, const parallel::BatchSeries& part, const BatchWork& work,
          std::vector<parallel::BatchRow>& rows, WorkTimes& times);

}  // namespace kairos::app
