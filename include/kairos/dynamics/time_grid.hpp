// include/kairos/dynamics/time_grid.hpp: the observation times of a run, ascending, both ends included.
//
//   uniform   equal steps of t             log-snr   equal steps of log(alpha^2/sigma^2)
//   karras    equal steps of (sigma/alpha)^(1/7)     (sigma/alpha is the noise level in the frame of the data)
//   entropic  equal decrements of an entropy curve H(t), handed in as values on a fine grid
//   list      as given
//
// Steps between two observation times (substeps) are uniform in t for uniform and list, else in log-snr.
// Units: times of the forward process. Errors: ConfigError naming time.list or time.points.
// Source: Karras et al. 2022 (rho = 7); Stancevic et al., arXiv 2504.13612 (entropic).
#pragma once
#include <span>
#include <vector>

#include "kairos/dynamics/schedule.hpp"

namespace kairos::dynamics {

enum class GridKind { uniform, log_snr, karras, entropic, list };

// Every kind but entropic and list. points >= 2.
[[nodiscard]] std::vector<Time> regular_grid(GridKind kind, const Schedule& schedule, int points);
// Times at which H takes equally spaced values between its ends; H(t_i) increasing in t (violations by noise are made monotone).
[[nodiscard]] std::vector<Time> entropic_grid(const Schedule& schedule, std::span<const Time> times,
                                              std::span<const double> entropy, int points);
// Checks that times ascend strictly inside [t-min, t-max].
[[nodiscard]] std::vector<Time> listed_grid(const Schedule& schedule, std::span<const double> times);

// The `substeps` + 1 times from `from` to `to` (either order), ends included exactly.
[[nodiscard]] std::vector<Time> substep_times(GridKind kind, const Schedule& schedule, Time from, Time to,
                                              int substeps);

}  // namespace kairos::dynamics
