// src/app/keeping.hpp: the finished work of a run, kept on a disk that may fail, and what a run that fails says about it.
//
// A checkpoint that cannot be written ends no run: the one before stays, a warning says so once, and the next is tried at its time. Every
// other failure tells how many batches are kept, where, and how to go on from them.
// Collective, but for out_of_memory().
#pragma once
#include <string>

#include "kairos/app/deadline.hpp"
#include "kairos/app/resume.hpp"
#include "kairos/app/work_times.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {

class Keeping {
public:
    // All must outlive it. beginning: what is kept already.
    Keeping(const Config& config, std::uint64_t batches, const Beginning& beginning,
            Deadline::Clock::time_point start, const parallel::Communicator& communicator);

    // By all runs of this job so far.
    [[nodiscard]] double wall_seconds() const;

    // Of earlier parts of the run; what writing checkpoints took this rank.
    [[nodiscard]] const std::vector<Interruption>& interruptions() const { return before_.interruptions; }
    [[nodiscard]] const WorkTimes& times() const { return times_; }

    // At a pause: goes on without a checkpoint where none can be written.
    void pause(const EnsembleState& ensemble, const CloneState& clones);
    // At the end before its time: what the run ends with.
    [[nodiscard]] Error interruption(const std::string& reason, const EnsembleState& ensemble,
                                     const CloneState& clones);
    // The result cannot be written: keeps what it was made of.
    [[nodiscard]] Error without_output(const std::string& fault, const EnsembleState& ensemble,
                                       const CloneState& clones);
    // Met by any rank alone.
    [[nodiscard]] Error out_of_memory() const;

private:
    // reason: why the run ends here; empty where it goes on.
    bool write(const EnsembleState& ensemble, const CloneState& clones, const std::string& reason);
    [[nodiscard]] std::string kept() const;

    const Config& config_;
    std::uint64_t batches_;
    Deadline::Clock::time_point start_;
    const parallel::Communicator& communicator_;
    Progression before_;
    WorkTimes times_;
    std::string file_;                       // that holds finished batches; empty: none
    std::uint64_t finished_ = 0, rows_ = 0;  // batches of the ensemble there; those of clones too
    std::string fault_;                      // of the last attempt; empty: it succeeded
    bool warned_ = false;
};

}  // namespace kairos::app
