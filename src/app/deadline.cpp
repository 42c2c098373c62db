#include "kairos/app/deadline.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "kairos/app/interrupt.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"
#include "kairos/base/number_text.hpp"

namespace kairos::app {
namespace {

using parallel::Halt;

// Before the end of a job: time to write a checkpoint after the grace is over, but no more than a tenth of what is left.
constexpr double writing_time = 30.0, largest_share = 0.1;

// A century at most: the clock counts nanoseconds in 64 bits.
std::chrono::steady_clock::duration span(double seconds) {
    constexpr double century = 3.2e9;
    seconds = std::min(seconds, century);
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(seconds));
}

// Seconds that Slurm leaves to this job; none outside of Slurm.
std::optional<double> left_by_slurm() {
    const char* const text = std::getenv("SLURM_JOB_END_TIME");
    if (text == nullptr) return std::nullopt;
    const double left = std::strtod(text, nullptr) - static_cast<double>(std::time(nullptr));
    return left > 0 ? std::optional(left) : std::nullopt;
}

}  // namespace

Deadline::Deadline(const Config& config, Clock::time_point start)
    : keeps_(!config.checkpoint.empty()),
      interval_(config.checkpoint_interval),
      grace_(config.grace),
      walltime_(to_text(config.walltime)),
      last_(start) {
    if (config.walltime > 0) walltime_end_ = start + span(config.walltime);
    if (const auto left = left_by_slurm())
        job_end_ = start + span(*left - std::min(grace_ + writing_time, largest_share * *left));
}

std::string Deadline::end_reason(Clock::time_point now) const {
    if (end_signal() != 0) return name_of_signal(end_signal());
    if (walltime_end_ && now >= *walltime_end_) return "run.walltime = " + walltime_;
    if (job_end_ && now >= *job_end_) return "the end of the Slurm job";
    return {};
}

Halt Deadline::wanted(Halt known) {
    throw_if_impatient();
    const auto now = Clock::now();
    if (reason_.empty()) reason_ = end_reason(now);
    if (!reason_.empty() && !keeps_)
        throw Error(ExitCode::other, "interrupted by " + reason_ +
                                         "; nothing was written and an earlier result is untouched "
                                         "(run.checkpoint = none).");
    const bool due = keeps_ && interval_ > 0 && now - last_ >= span(interval_);
    const Halt mine = !reason_.empty() ? Halt::end : due ? Halt::pause : Halt::none;
    const Halt all = std::max(known, mine);
    if (all < Halt::end) return all;
    if (!end_known_) end_known_ = now;
    return now - *end_known_ >= span(grace_) ? Halt::abandon : all;
}

}  // namespace kairos::app
