#include <chrono>
#include <cstdio>

#include "kairos/app/commands.hpp"
#include "kairos/app/deadline.hpp"
#include "kairos/app/findings.hpp"
#include "kairos/app/interrupt.hpp"
#include "kairos/app/progress.hpp"
#include "kairos/app/realisations.hpp"
#include "kairos/app/resume.hpp"
#include "kairos/app/run_summary.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/app/write_result.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {
namespace {

using Clock = Deadline::Clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// The end of a run before its time; the same on every rank.
Error interruption(const Setup& setup, const std::string& reason, const EnsembleState& ensemble,
                   const parallel::Communicator& communicator) {
    const auto finished = communicator.sum(static_cast<std::uint64_t>(ensemble.rows.size()));
    return {ExitCode::interrupted, "interrupted by " + reason + "; " + std::to_string(finished) + " of " +
                                       std::to_string(setup.batches.count()) + " batches are kept in " +
                                       setup.config.checkpoint + ". The same command goes on from there."};
}

}  // namespace

void command_run(const CommandLine& line, const parallel::Communicator& communicator) {
    const auto start = Clock::now();
    const Config config = read_config(line.config_file, line.overrides);
    Deadline deadline(config, start);
    require_teams(config, communicator);
    io::check_writable(communicator, config.output);
    if (!config.checkpoint.empty()) io::check_writable(communicator, config.checkpoint);
    Setup setup = prepare(config, communicator);
    const measure::ColumnPlan plan(setup.ensemble.setting, setup.ensemble.observables,
                                   setup.ensemble.identities, setup.ensemble.times.size());
    Beginning beginning = beginning_of(setup, plan, communicator);
    if (beginning.complete) {
        if (communicator.is_root()) std::printf("kairos: %s", beginning.note.c_str());
        return remove_checkpoints(config.checkpoint, communicator);
    }
    if (communicator.is_root() && !beginning.note.empty())
        std::fprintf(stderr, "kairos: %s", beginning.note.c_str());

    const Progression before = beginning.from.progression;
    WorkTimes checkpoints;
    const auto seconds = [&] { return before.seconds + communicator.max(seconds_since(start)); };
    const auto keep = [&](parallel::Halt halt, const EnsembleState& ensemble, const CloneState& clones) {
        const TimeSpent spent(checkpoints.output);
        const bool ends = halt >= parallel::Halt::end;
        const std::string reason = ends ? communicator.first_text(deadline.reason()) : "";
        write_checkpoint(setup.config.checkpoint, setup.config, ensemble, clones,
                         {seconds(), before.interruptions}, reason, communicator);
        deadline.kept();
        if (ends) throw interruption(setup, reason, ensemble, communicator);
    };
    RunRecord record{
        .command_line = line.text, .clones = {}, .diagrams = trace_bifurcations(setup, throw_if_interrupted)};
    const Watch watch{.show_progress = stderr_is_terminal(),
                      .wanted = [&](parallel::Halt known) { return deadline.wanted(known); }};
    const auto [measured, clones, times] =
        run_realisations(setup, communicator, watch, std::move(beginning.from), keep);
    record.clones = clones;
    record.times = times;
    *record.times += checkpoints;
    record.interruptions = before.interruptions;
    const Findings findings = find(setup, plan, measured, communicator);
    record.wall_seconds = seconds();
    write_result(setup, plan, measured, findings, record, communicator);
    remove_checkpoints(config.checkpoint, communicator);
    if (!communicator.is_root()) return;
    char note[64];
    std::snprintf(note, sizeof note, "on %d rank%s, %.3g s", communicator.size(),
                  communicator.size() == 1 ? "" : "s", record.wall_seconds);
    print_summary(setup, plan, measured, findings, record, note);
}

}  // namespace kairos::app
