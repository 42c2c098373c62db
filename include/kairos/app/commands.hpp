// include/kairos/app/commands.hpp: what each command of the program does. Each throws kairos::Error for what went wrong.
#pragma once
#include <functional>

#include "kairos/app/command_line.hpp"
#include "kairos/base/error.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

// Errors of the configuration, of input and of output, and the end of a run with a checkpoint are the same on every rank, or met by the
// root where no other rank waits for it (analyze, merge, what is printed): whoever writes on the root alone tells the others before they go
// on together. What one rank alone met (a state not finite, no memory) is not: it ends the job.
[[nodiscard]] inline bool met_by_all(const Error& error) {
    return error.code() == ExitCode::configuration || error.code() == ExitCode::input_file ||
           error.code() == ExitCode::output || error.code() == ExitCode::interrupted;
}

// What a rank says that gets no more memory.
inline constexpr const char* no_memory_left =
    "no memory is left.\n        Start fewer ranks a node, or raise the limit (ulimit -v, --mem); lower "
    "ensemble.batch, data.samples or data.dimension.\n        kairos plan tells what a job needs.";

// The main job; collective. The summary goes to stdout of rank 0. begun: called once its files are locked and no other job can write them.
void command_run(const CommandLine& line, const parallel::Communicator& communicator,
                 const std::function<void()>& begun = {});
// Validates, prints the resolved configuration, critical times, memory and time needed; writes nothing. Collective.
void command_plan(const CommandLine& line, const parallel::Communicator& communicator);
// The tables of one result; of a sweep also fits and data collapse. Serial.
void command_analyze(const CommandLine& line);
// One configuration a point of a sweep, and their state; --local runs those that are missing, one after the other, on all ranks: `other`
// where points have failed. Collective.
[[nodiscard]] ExitCode command_sweep(const CommandLine& line, const parallel::Communicator& communicator);
// Pools runs of one configuration. Serial.
void command_merge(const CommandLine& line);

}  // namespace kairos::app
