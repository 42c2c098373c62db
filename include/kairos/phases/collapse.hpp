// include/kairos/phases/collapse.hpp: when the paths of a law of n data condense on one datum, by every criterion.
//
//   collapse_excess_entropy    the excess entropy f(t) = H(j|x_t)/d, in units of a = log(n)/d, extrapolated to 0 from the upper part
//                              of its curve (critical.hpp); theory: alpha^2 s^2/sigma^2 = n^{2/d} - 1 for a population of components of
//                              one variance s^2; under ou t_C = 1/2 log(1 + s^2/(n^{2/d} - 1))
//   collapse_participation     E[sum_j w_j^2] = 1/2: two clones from here end on one datum as often as not
//   collapse_entropy_variance  peak of the ensemble variance of h_j
//   collapse_nearest           mean over reverse paths of the last change of the nearest datum argmax_j w_j
//
// All four are there for every law of data; NaN where the run did not measure what one needs, or met no such time. theory is NaN where
// none is known. Units: times of the forward process.
// Source: docs/theory.md, "Collapse"; Biroli et al. 2402.18491; Derrida 1981 (random energy model).
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "kairos/law/law.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::phases {

// last_changes: how many reverse paths changed their nearest datum last at each time [T]; empty where there are no reverse paths.
// Empty for laws that are no data.
[[nodiscard]] std::map<std::string, CriticalTime> collapse(const law::Law& law,
                                                           const dynamics::Schedule& schedule,
                                                           std::span<const Time> times,
                                                           const BatchCurves& curves,
                                                           std::span<const std::uint64_t> last_changes);

// Those known without a run, for `kairos plan`.
[[nodiscard]] std::map<std::string, double> predicted_collapse(const law::Law& law,
                                                               const dynamics::Schedule& schedule);

}  // namespace kairos::phases
