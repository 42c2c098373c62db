// include/kairos/app/resume.hpp: where a run begins: anew, from a checkpoint, or from a result of the same physics that has fewer
// trajectories.
//
//   checkpoint   the newest that can be read, else the one before it
//   result       output.file, complete, of this configuration but for ensemble.trajectories and ensemble.target: its full batches, put
//                together to those of the larger ensemble. The fold of these and of new ones has the bits of one long run (measure::TreeFold).
//
// A result is extended where its batches make up those of the larger ensemble: of the same size (ensemble.batch) or, as automatic sizes
// are, of sizes that are powers of 2 (of several realisations: of the same size); kept (observe.batch-moments). A last batch that is not
// full is run again, and what trajectories of it were counted in histograms and the like is not counted twice. Else the run is made anew,
// and `note` says why. One that has all trajectories that are asked for, or more, is left alone. Collective. Errors: InputError (3) for a checkpoint of another configuration or version.
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
