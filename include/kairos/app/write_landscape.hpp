// include/kairos/app/write_landscape.hpp: /landscape of a result file (docs/result_file.md), for write_result.
#pragma once
#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

// Nothing without landscape.bins. Collective.
void write_landscape(io::ResultFile& file, const Setup& setup, const Measured& measured);

}  // namespace kairos::app
