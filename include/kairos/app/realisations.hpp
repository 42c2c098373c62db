// include/kairos/app/realisations.hpp: a run over the realisations of the quenched disorder, one law after another.
//
//   realisation r = 0 .. R-1    data.seed + r;  batches r, r + R, r + 2R, ... of the ensemble, and likewise of the clones
//
// A law is built, serves its batches and its clones, and is freed before the next one is built. R = 1 is the plain run.
// Collective. Source: docs/theory.md, "Averages over the disorder".
#pragma once
#include <functional>

#include "kairos/app/checkpoint.hpp"
#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"

namespace kairos::app {

struct Outcome {
    Measured measured;
    MeasuredClones clones;
    WorkTimes times;         // of this rank
    EnsembleState ensemble;  // of which both were made: what a checkpoint holds
    CloneState clone_state;
};

// Keeps what is finished when the run is halted, and throws where it shall end.
using KeepState = std::function<void(parallel::Halt, const EnsembleState&, const CloneState&)>;

// plan: the columns of the setup. setup holds the law of realisation 0 before and that of the last one afterwards. Batches in `from` are
// finished already. Watch::halted calls `keep`.
[[nodiscard]] Outcome run_realisations(Setup& setup, const measure::ColumnPlan& plan,
                                       const parallel::Communicator& communicator, Watch watch,
                                       Checkpoint from, const KeepState& keep);

[[nodiscard]] phases::CloneSpec clone_spec(const Setup& setup);

}  // namespace kairos::app
