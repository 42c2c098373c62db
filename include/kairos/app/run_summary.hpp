// include/kairos/app/run_summary.hpp: what a run, or a merge, says on stdout when its result is written.
#pragma once
#include <string>

#include "kairos/app/findings.hpp"
#include "kairos/app/write_result.hpp"

namespace kairos::app {

// note: how the result came about, at the end of the first line. For one rank.
void print_summary(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured,
                   const Findings& findings, const RunRecord& record, const std::string& note);

}  // namespace kairos::app
