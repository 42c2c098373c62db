// include/kairos/app/analysis_text.hpp: an analysis as tables for people, and as CSV for scripts.
//
// Text: transitions, schedules, fits, data collapse, crossings, notes. CSV: one table, a row for every number with an error; `kind` is
// transition, schedules, fit, collapse or crossing, and cells that do not apply are empty. Numbers of CSV read back as the same doubles;
// texts with commas are quoted.
#pragma once
#include <string>

#include "kairos/app/analysis_scaling.hpp"
#include "kairos/app/analysis_schedules.hpp"

namespace kairos::app {

// Everything that is found out about a sweep.
struct AnalysisFindings {
    Analysis analysis;
    TransitionTable transitions, in_log_snr;
    std::vector<ScheduleComparison> comparisons;
    std::vector<TransitionFit> fits;
    std::vector<CurveCollapse> collapses;
};

[[nodiscard]] AnalysisFindings analysed(const std::vector<std::string>& files);

[[nodiscard]] std::string analysis_text(const AnalysisFindings& findings);
[[nodiscard]] std::string analysis_csv(const AnalysisFindings& findings);

}  // namespace kairos::app
