#include <chrono>
#include <cstdio>

#include "kairos/app/commands.hpp"
#include "kairos/app/findings.hpp"
#include "kairos/app/interrupt.hpp"
#include "kairos/app/progress.hpp"
#include "kairos/app/realisations.hpp"
#include "kairos/app/run_summary.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/app/write_result.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

void command_run(const CommandLine& line, const parallel::Communicator& communicator) {
    const auto start = Clock::now();
    const Config config = read_config(line.config_file, line.overrides);
    require_teams(config, communicator);
    io::check_writable(communicator, config.output);
    Setup setup = prepare(config, communicator);
    const Watch watch{.show_progress = stderr_is_terminal(), .check = throw_if_interrupted};

    RunRecord record{
        .command_line = line.text, .clones = {}, .diagrams = trace_bifurcations(setup, watch.check)};
    const auto [measured, clones] = run_realisations(setup, communicator, watch);
    record.clones = clones;
    const measure::ColumnPlan plan(setup.ensemble.setting, setup.ensemble.observables,
                                   setup.ensemble.identities, setup.ensemble.times.size());
    const Findings findings = find(setup, plan, measured, communicator);
    record.wall_seconds = communicator.max(std::chrono::duration<double>(Clock::now() - start).count());
    write_result(setup, plan, measured, findings, record, communicator);
    if (!communicator.is_root()) return;
    char note[64];
    std::snprintf(note, sizeof note, "on %d rank%s, %.3g s", communicator.size(),
                  communicator.size() == 1 ? "" : "s", record.wall_seconds);
    print_summary(setup, plan, measured, findings, record, note);
}

}  // namespace kairos::app
