// include/kairos/phases/landscape.hpp: potentials of an order parameter from where an ensemble is and how it drifts.
//
//   P(q, t)   share of the trajectories in a bin over its width, binomial error
//   U = -log P                                                   log-density potential
//   V(q) = -int E[v.b/sqrt(d) | q] dq, lowest point at 0         drift potential, trapezoid over the run of occupied bins that holds most
//   barrier   the highest that stands between two wells of U: max over q1 < q < q2 of min(log P(q1), log P(q2)) - log P(q), where it
//             exceeds four standard errors; NaN where there is one well
//   F_high - F_low   -log of the share above that barrier over the share below it, variance 1/n_low + 1/n_high: free energy difference of the wells
//
// In closed form: the same difference of the noised data, divided at the same bin; P of a mixture is sum_k w_k N(q; alpha v.mu_k/sqrt(d),
// v^T C_k v/d), averaged over each bin; V of two clusters of one variance and equal weights is f q^2/2 + g^2 q^2/(2 Gamma) - g^2 (|v|^2/d)
// log cosh(alpha m.v sqrt(d) q/(Gamma |v|^2)) where v is parallel or orthogonal to m (between there is none), and U gets its second well
// where alpha^2 (m.v)^2/(Gamma |v|^2) = 1. U and V split at different times.
//
// Shapes: [T][bin]. Units: nats for U, the barrier and F, q^2 per time for V. Errors: none; NaN where nothing is known.
// Source: docs/theory.md, "Landscape".
#pragma once
#include <vector>

#include "kairos/dynamics/schedule.hpp"
#include "kairos/measure/landscape.hpp"

namespace kairos::phases {

struct LandscapeCurves {
    std::vector<double> density, density_stderr, potential, drift_potential;  // [T][bin]
    std::vector<double> barrier, barrier_stderr;                              // [T]
    std::vector<double> free_energy_difference, free_energy_difference_stderr,
        free_energy_difference_theory;                          // [T]
    std::vector<double> well_low, barrier_position, well_high;  // [T], of q
    std::vector<double> density_theory, drift_theory;           // [T][bin]; empty where there is none
    double second_well, second_well_theory;  // times: where two wells are seen first in generation
};

// Of one axis; `trajectories` were counted in or out of the bins at every time.
[[nodiscard]] LandscapeCurves landscape_curves(const law::Law& law, const dynamics::Schedule& schedule,
                                               const measure::LandscapeSpec& spec,
                                               const measure::Landscape& landscape, std::size_t axis,
                                               double trajectories);

// Leaves what was measured: of an ensemble that does not follow the law itself, guided as it is.
void forget_theory(LandscapeCurves& curves);

}  // namespace kairos::phases
