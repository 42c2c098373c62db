// include/kairos/app/write_result.hpp: the result of a run -> its file (docs/result_file.md), in parallel and whole or not at all.
//
// Collective. Errors: OutputError (exit code 4); the file of that name, if any, is then as it was.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kairos/app/bifurcation.hpp"
#include "kairos/app/checkpoint.hpp"
#include "kairos/app/findings.hpp"
#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"

namespace kairos::app {

struct RunRecord {
    std::string command_line;
    double wall_seconds = 0;
    MeasuredClones clones{};
    Diagrams diagrams{};               // empty: no bifurcations
    std::optional<WorkTimes> times{};  // of this rank; a merge has none
    std::vector<Interruption> interruptions{};
    std::vector<std::string> merged_seeds{};  // ensemble.seed of every run that was pooled; empty for a run
};

void write_result(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured,
                  const Findings& findings, const RunRecord& record,
                  const parallel::Communicator& communicator);

}  // namespace kairos::app
