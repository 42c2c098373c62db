// include/kairos/app/resume.hpp: where a run begins: anew, from a checkpoint, or from a result of the same physics that has less
// trajectories.
//
//   checkpoint   the newest that can be read, else the one before it
//   result       output.file, complete, of this configuration but for ensemble.trajectories: what it holds of every batch, and of what only
//                sums are kept the sum in place of the first batch. A fold in order of batches then has the bits of one long run.
//
// A result is extended where its batches are those of the larger ensemble: the same size (ensemble.batch), all of them full, of one
// realisation, kept (observe.batch-moments). Else the run is made anew, and `note` says why.
// Collective. Errors: InputError (3) for a checkpoint of another configuration or version.
#pragma once
#include <string>

#include "kairos/app/checkpoint.hpp"

namespace kairos::app {

struct Beginning {
    Checkpoint from;
    std::string file;       // that holds it; empty: anew
    bool complete = false;  // there is nothing left to do
    std::string note;       // for the user; may be empty
};

[[nodiscard]] Beginning beginning_of(const Setup& setup, const measure::ColumnPlan& plan,
                                     const parallel::Communicator& communicator);

}  // namespace kairos::app
