#include <cstdio>
#include <new>
#include <optional>
#include <utility>

#include "kairos/app/commands.hpp"
#include "kairos/app/deadline.hpp"
#include "kairos/app/findings.hpp"
#include "kairos/app/progress.hpp"
#include "kairos/app/realisations.hpp"
#include "kairos/app/resume.hpp"
#include "kairos/app/run_summary.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/app/write_result.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/file_lock.hpp"
#include "keeping.hpp"

namespace kairos::app {
namespace {

// Fixed points, before the first batch; an end meanwhile keeps what there was. A rank that is not told of the end traces on until it is done.
Diagrams traced(const Setup& setup, const Checkpoint& from, Deadline& deadline, Keeping& keeping,
                const parallel::Communicator& communicator) {
    struct Ended {};
    Diagrams diagrams;
    bool ended = false;
    try {
        diagrams = trace_bifurcations(setup, [&] {
            if (deadline.wanted(parallel::Halt::none) >= parallel::Halt::end) throw Ended{};
        });
    } catch (const Ended&) {
        ended = true;
    }
    if (communicator.any(ended))
        throw keeping.interruption(communicator.first_text(deadline.reason()), from.ensemble, from.clones);
    return diagrams;
}

// Batches, findings, the result. Throws where the run shall end before its time, or cannot write.
void carry_out(const CommandLine& line, Setup& setup, const measure::ColumnPlan& plan, Checkpoint from,
               Deadline& deadline, Keeping& keeping, const parallel::Communicator& communicator) {
    const auto keep = [&](parallel::Halt halt, const EnsembleState& ensemble, const CloneState& clones) {
        if (halt >= parallel::Halt::end)
            throw keeping.interruption(communicator.first_text(deadline.reason()), ensemble, clones);
        keeping.pause(ensemble, clones);
        deadline.kept();
    };
    RunRecord record;
    record.command_line = line.text;
    record.diagrams = traced(setup, from, deadline, keeping, communicator);
    const Watch watch{.show_progress = stderr_is_terminal(),
                      .wanted = [&](parallel::Halt known) { return deadline.wanted(known); }};
    const Outcome outcome = run_realisations(setup, plan, communicator, watch, std::move(from), keep);
    record.clones = outcome.clones;
    record.times = outcome.times;
    *record.times += keeping.times();
    record.interruptions = keeping.interruptions();
    const Findings findings = find(setup, plan, outcome.measured, communicator);
    record.wall_seconds = keeping.wall_seconds();
    try {
        write_result(setup, plan, outcome.measured, findings, record, communicator);
    } catch (const OutputError& error) {
        throw keeping.without_output(error.what(), outcome.ensemble, outcome.clone_state);
    }
    remove_checkpoints(setup.config.checkpoint, communicator);
    if (!communicator.is_root()) return;
    char note[64];
    std::snprintf(note, sizeof note, "on %d rank%s, %.3g s", communicator.size(),
                  communicator.size() == 1 ? "" : "s", record.wall_seconds);
    print_summary(setup, plan, outcome.measured, findings, record, note);
}

}  // namespace

void command_run(const CommandLine& line, const parallel::Communicator& communicator,
                 const std::function<void()>& begun) {
    const auto start = Deadline::Clock::now();
    const Config config = read_config(line.config_file, line.overrides);
    Deadline deadline(config, start);
    require_teams(config, communicator);
    require_replaceable_checkpoint(config);
    const io::FileLock output(communicator, config.output);
    std::optional<io::FileLock> checkpoint;
    if (!config.checkpoint.empty()) checkpoint.emplace(communicator, config.checkpoint);
    if (begun) begun();
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
    Keeping keeping(setup.config, setup.batches.count(), beginning, start, communicator);
    try {
        carry_out(line, setup, plan, std::move(beginning.from), deadline, keeping, communicator);
    } catch (const std::bad_alloc&) {
        throw keeping.out_of_memory();
    }
}

}  // namespace kairos::app
