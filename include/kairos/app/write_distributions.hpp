// include/kairos/app/write_distributions.hpp: the parts of a result file that are not moments: decisions, histograms, raw paths, clones.
//
// All collective; values come from rank 0. Layout: docs/result_file.md.
#pragma once
#include <vector>

#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

void write_decisions(io::ResultFile& file, const Setup& setup, const Measured& measured);
void write_histograms(io::ResultFile& file, const Setup& setup, const Measured& measured,
                      const parallel::Communicator& communicator);
void write_paths(io::ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                 const Measured& measured, const parallel::Communicator& communicator);
void write_clones(io::ResultFile& file, const Setup& setup, const std::vector<measure::Moments>& clones);

}  // namespace kairos::app
