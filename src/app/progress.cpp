#include "kairos/app/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace kairos::app {

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

Progress::Progress(bool shown, std::uint64_t batches, std::uint64_t trajectories)
    : shown_(shown), batches_(batches), trajectories_(trajectories), start_(Clock::now()), last_(start_) {}

Progress::~Progress() {
    if (drawn_) std::fprintf(stderr, "\r\033[K");
}

void Progress::dealt(std::uint64_t batch) {
    const auto now = Clock::now();
    if (!shown_ || batch == 0 || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    drawn_ = true;
    const double part = static_cast<double>(batch) / static_cast<double>(batches_);
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r\033[Kkairos: batch %llu of %llu (%.0f %%), %.3g trajectories/s, %.0f s left",
                 static_cast<unsigned long long>(batch), static_cast<unsigned long long>(batches_),
                 100 * part, part * static_cast<double>(trajectories_) / seconds,
                 seconds * (1 - part) / part);
}

}  // namespace kairos::app
