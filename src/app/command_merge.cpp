#include "kairos/app/bifurcation.hpp"
#include "kairos/app/commands.hpp"
#include "kairos/app/pooled_runs.hpp"
#include "kairos/app/run_summary.hpp"
#include "kairos/app/write_result.hpp"
#include "kairos/io/file_lock.hpp"

namespace kairos::app {

void command_merge(const CommandLine& line) {
    const auto alone = parallel::Communicator::serial();
    require_apart("merge", line.output, line.files);
    const io::FileLock lock(alone, line.output);
    const PooledRuns pooled = read_runs(line.files, line.output);

    Setup setup = prepare(pooled.config, alone, pooled.times);
    if (pooled.config.realisations > 1) take_realisation(setup, pooled.config.realisations - 1, alone);
    const measure::ColumnPlan plan(setup.ensemble.setting, setup.ensemble.observables,
                                   setup.ensemble.identities, setup.ensemble.times.size());
    const Measured measured = measured_of(pooled, setup, plan);
    const Findings findings = find(setup, plan, measured, alone);
    const RunRecord record{.command_line = line.text,
                           .wall_seconds = pooled.wall_seconds,
                           .clones = clones_of(pooled, setup),
                           .diagrams = trace_bifurcations(setup, [] {}),
                           .merged_seeds = pooled.seeds()};
    write_result(setup, plan, measured, findings, record, alone);
    print_summary(setup, plan, measured, findings, record,
                  "from " + std::to_string(line.files.size()) + " files");
}

}  // namespace kairos::app
