// include/kairos/app/write_distributions.hpp: the parts of a result file that are not moments: decisions, histograms, raw paths.
//
// All collective; values come from rank 0. Layout: docs/result_file.md.
#pragma once
#include <string>
#include <vector>

#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

void write_decisions(io::ResultFile& file, const Setup& setup, const Measured& measured);
// What stands before the bins of a histogram: rows of counts, and the units of what was counted.
struct HistogramAxes {
    std::vector<std::string> names;
    std::size_t rows;
    std::string units;
};
void write_histogram(io::ResultFile& file, const std::string& group, const HistogramAxes& axes,
                     const measure::Histogram& histogram, const parallel::Communicator& communicator);
void write_histograms(io::ResultFile& file, const Setup& setup, const Measured& measured,
                      const parallel::Communicator& communicator);
void write_paths(io::ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                 const Measured& measured, const parallel::Communicator& communicator);

}  // namespace kairos::app
