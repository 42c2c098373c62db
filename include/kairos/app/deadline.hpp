// include/kairos/app/deadline.hpp: when a run has to keep what it has, and when it has to end.
//
//   pause     run.checkpoint-interval seconds after the last checkpoint (0: never)
//   end       a signal; run.walltime; a little before Slurm's own end of the job (SLURM_JOB_END_TIME)
//   abandon   run.grace seconds after this rank has learnt of an end
//
// Without a checkpoint file there is nothing to keep: a signal is an error at once, and run.walltime too.
// Every rank has its own; time is a steady clock, which no change of the system's time moves. Units: seconds.
// Errors: Error(ExitCode::other) where the end is wanted and nothing can be kept.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "kairos/app/config.hpp"
#include "kairos/parallel/batch_counter.hpp"

namespace kairos::app {

class Deadline {
public:
    using Clock = std::chrono::steady_clock;
    Deadline(const Config& config, Clock::time_point start);

    // Between steps, given what this rank knows already.
    [[nodiscard]] parallel::Halt wanted(parallel::Halt known);
    // A checkpoint has been written.
    void kept() { last_ = Clock::now(); }
    // Why the run shall end, as far as this rank knows: empty where it does not.
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    [[nodiscard]] std::string end_reason(Clock::time_point now) const;

    bool keeps_;
    double interval_, grace_;
    std::string walltime_;
    Clock::time_point last_;
    std::optional<Clock::time_point> walltime_end_, job_end_, end_known_;
    std::string reason_;
};

}  // namespace kairos::app
