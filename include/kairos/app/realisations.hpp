// include/kairos/app/realisations.hpp: a run over the realisations of the quenched disorder, one law after another.
//
//   realisation r = 0 .. R-1    data.seed + r;  batches floor(r B/R) .. floor((r + 1) B/R) - 1 of the ensemble, and likewise of the clones
//
// A law is built, serves its batches and its clones, and is freed before the next one is built. R = 1 is the plain run.
// Collective. Source: docs/theory.md, "Averages over the disorder".
#pragma once
#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"

namespace kairos::app {

struct Outcome {
    Measured measured;
    MeasuredClones clones;
};

// setup holds the law of realisation 0 before and that of the last one afterwards.
[[nodiscard]] Outcome run_realisations(Setup& setup, const parallel::Communicator& communicator,
                                       const Watch& watch);

}  // namespace kairos::app
