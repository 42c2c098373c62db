// include/kairos/app/write_realisations.hpp: the group /realisations of a result file: every realisation of the disorder by itself, and
// the spread between them (measure/quenched.hpp). Nothing for a single realisation.
//
// Collective. Layout: docs/result_file.md.
#pragma once
#include "kairos/app/findings.hpp"
#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

void write_realisations(io::ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                        const Measured& measured, const Findings& findings);

}  // namespace kairos::app
