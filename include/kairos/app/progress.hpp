// include/kairos/app/progress.hpp: one line on stderr from rank 0 while a run works: batches, percent, trajectories/s, remaining time.
//
// Quiet when stderr is not a terminal. Redrawn at most five times a second.
#pragma once
#include <chrono>
#include <cstdint>

#include "kairos/parallel/batch_plan.hpp"

namespace kairos::app {

class Progress {
public:
    // begin: batches of the plan that are done; rate and remaining time are judged by those that follow.
    Progress(bool shown, const parallel::BatchPlan& batches, std::uint64_t begin);
    ~Progress();  // leaves the terminal on a clean line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void dealt(
        std::uint64_t batch);  // the highest batch known to be in work; those before it are done or in work

private:
    using Clock = std::chrono::steady_clock;
    bool shown_;
    bool drawn_ = false;
    std::uint64_t batches_, trajectories_, begin_;
    Clock::time_point start_, last_;
};

// True where stderr is a terminal.
[[nodiscard]] bool stderr_is_terminal();

}  // namespace kairos::app
