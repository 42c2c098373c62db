// include/kairos/app/work_times.hpp: where the time of one rank went.
//
//   compute   inside batches             wait     for the next batch, and for the others when none is left
//                                        dealing  of that, for the next batch
//   fold      moments of all ranks into the ensemble's          output   checkpoints and the result file
//
// What is left of the wall time is the start: reading, building the law, theory. Units: seconds of a steady clock.
#pragma once
#include <chrono>
#include <cstdint>
#include <utility>

namespace kairos::app {

struct WorkTimes {
    double compute = 0, wait = 0, dealing = 0, fold = 0, output = 0;
    std::uint64_t batches = 0;  // that this rank worked on

    WorkTimes& operator+=(const WorkTimes& more) {
        compute += more.compute;
        wait += more.wait;
        dealing += more.dealing;
        fold += more.fold;
        output += more.output;
        batches += more.batches;
        return *this;
    }
};

// Adds the time of its life to `seconds`, also where an exception ends it.
class TimeSpent {
public:
    explicit TimeSpent(double& seconds) : seconds_(seconds) {}
    ~TimeSpent() { seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
    TimeSpent(const TimeSpent&) = delete;
    TimeSpent& operator=(const TimeSpent&) = delete;

private:
    using Clock = std::chrono::steady_clock;
    double& seconds_;
    Clock::time_point start_ = Clock::now();
};

// What `work` returns; its time is added to `seconds`.
template <class Work>
auto timed(double& seconds, Work&& work) {
    const TimeSpent spent(seconds);
    return std::forward<Work>(work)();
}

}  // namespace kairos::app
