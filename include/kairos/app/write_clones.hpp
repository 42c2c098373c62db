// include/kairos/app/write_clones.hpp: the clones of a run as /clones of its result file.
//
// Collective. Layout: docs/result_file.md.
#pragma once
#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

void write_clones(io::ResultFile& file, const Setup& setup, const MeasuredClones& measured,
                  const parallel::Communicator& communicator);

}  // namespace kairos::app
