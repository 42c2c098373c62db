#include "kairos/app/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace kairos::app {

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

Progress::Progress(bool shown, const parallel::BatchPlan& batches, std::uint64_t begin)
    : shown_(shown),
      batches_(batches.count()),
      trajectories_(batches.trajectories()),
      begin_(begin),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() {
    if (drawn_) std::fprintf(stderr, "\r\033[K");
}

void Progress::dealt(std::uint64_t batch) {
    const auto now = Clock::now();
    if (!shown_ || batch <= begin_ || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    drawn_ = true;
    const double all = static_cast<double>(batches_);
    const double rate =
        static_cast<double>(batch - begin_) / std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r\033[Kkairos: batch %llu of %llu (%.0f %%), %.3g trajectories/s, %.0f s left",
                 static_cast<unsigned long long>(batch), static_cast<unsigned long long>(batches_),
                 100 * static_cast<double>(batch) / all, rate * static_cast<double>(trajectories_) / all,
                 static_cast<double>(batches_ - batch) / rate);
}

}  // namespace kairos::app
