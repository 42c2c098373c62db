// include/kairos/app/analysis_schedules.hpp: whether one law has its transitions at the same log snr under every noise schedule.
//
//   x_t/alpha = y + (Brownian motion at tau = 1/snr):   what is read off posteriors or paths as functions of snr is the same on every schedule
//
// So every criterion of a law must fall at one log snr: weighted mean, chi^2 and the largest |z| over its points (measure/agreement.hpp). Errors
// are those of the trajectories where all points have the same draws of the disorder, else the larger of that and the error over the disorder.
// What theory does not make equal is not compared, and says why:
//
//   speciation_spectral*     with ou beside others: Lambda alpha^2 = 1 there by convention, Lambda snr = 1 elsewhere
//   speciation_stability*    where alpha is not the same function of snr: the drift, and so its fixed points, depend on the frame of x
//   decisions                where observation times differ in log snr: a decision is seen at one of them
//   everything               of single draws of the disorder that differ: no spread tells how far apart they may be
//   everything measured      where states are not those of p_t: integrators with steps, a start from the prior, guidance
//
// Source: docs/theory.md, "Comparing schedules".
#pragma once
#include <string>
#include <vector>

#include "kairos/app/analysis_transitions.hpp"
#include "kairos/measure/agreement.hpp"

namespace kairos::app {

struct ScheduleComparison {
    std::string transition;
    std::size_t law;                  // of the analysis
    std::vector<std::size_t> points;  // that have such a transition
    std::string not_compared;         // why not; empty: it is
    measure::Agreement log_snr;       // of what is not compared the range alone
    // The point farthest from the others.
    [[nodiscard]] std::size_t farthest() const { return points[log_snr.farthest]; }
};

// In the order of transitions, then of laws: those that two schedules or more have. in_log_snr: transitions on that axis.
[[nodiscard]] std::vector<ScheduleComparison> comparisons_of(const Analysis& analysis,
                                                             const TransitionTable& in_log_snr);

}  // namespace kairos::app
