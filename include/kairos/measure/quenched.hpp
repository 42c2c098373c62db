// include/kairos/measure/quenched.hpp: averages over quenched disorder, from the moments of each of its realisations.
//
//   m_r, e_r   mean of realisation r over its paths, and the standard error of that mean
//   V          = sum_r (m_r - m)^2/(R - 1),   m = sum_r m_r/R        expectation: spread^2 + average of e_r^2
//   spread     = sqrt( max(0, V - sum_r e_r^2/R) )                   between the laws, without the noise of the paths
//   stderr     = sqrt(V/R)                                           of m as an average over the disorder
//   noise      = sqrt(sum_r e_r^2)/R                                 of m for the laws at hand
//
// Every realisation counts once, however many paths it has. R < 2, or a realisation of fewer than 2 paths: NaN where it enters.
// Units: those of the observable. Source: one-way analysis of variance (moment estimator of the variance component).
#pragma once
#include <span>

#include "kairos/measure/moments.hpp"

namespace kairos::measure {

struct QuenchedAverage {
    double mean, standard_error, spread, noise;
};

// m_r and e_r of one realisation.
struct Realised {
    double mean, error;
};

[[nodiscard]] QuenchedAverage disorder_average(std::span<const Realised> realisations);

[[nodiscard]] QuenchedAverage quenched_average(std::span<const Moments> realisations);

}  // namespace kairos::measure
