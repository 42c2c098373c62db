// src/app/write_schedules.hpp: transitions in log snr, and how well they agree over the noise schedules, into the summary of an analysis.
#pragma once
#include "kairos/app/analysis_text.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

// points/{schedule,law}: numbers, the former with the names of the schedules.
void write_schedule_of_points(io::ResultFile& file, const Analysis& analysis);

// transitions/NAME/log_snr and its errors, beside the time.
void write_transitions_in_log_snr(io::ResultFile& file, const TransitionTable& in_log_snr);

// /schedules/NAME, [law]; absent where no law has several.
void write_comparisons(io::ResultFile& file, const AnalysisFindings& findings);

}  // namespace kairos::app
