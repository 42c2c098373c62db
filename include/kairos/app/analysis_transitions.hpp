// include/kairos/app/analysis_transitions.hpp: every transition by every criterion at every point, averaged over its realisations; mean decision
// times of the paths beside them.
//
// Realisations are files of different data.seed, and the draws within a file of data.realisations > 1.
//
//   one realisation     the time and error of its file; several runs of it are averaged with weights 1/stderr^2
//   R realisations      mean m; noise = sqrt(sum_r e_r^2)/R of the trajectories; spread between them without that noise; and the error of m as an
//                       average over the disorder, sqrt(V/R)                                                  (measure/quenched.hpp)
//
// standard_error() is the larger of both errors: what fits use. The interval is that of the file, or m +- the 97.5 % quantile of Student's t with
// R - 1 degrees of freedom. NaN where there is none. Places are process times, or log snr, of which each realisation has its own average.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kairos/app/analysis_points.hpp"
#include "kairos/base/array.hpp"

namespace kairos::app {

struct PointTransition {
    double value, noise, spread, disorder_error, ci95_low, ci95_high, theory;
    std::size_t realisations;               // that have such a transition
    double width = nan, width_error = nan;  // of a decision: standard deviation between paths
    [[nodiscard]] double standard_error() const;
};

// name -> [point]
using TransitionTable = std::map<std::string, std::vector<PointTransition>>;

[[nodiscard]] TransitionTable transitions_of(const Analysis& analysis, TransitionAxis axis);

}  // namespace kairos::app
