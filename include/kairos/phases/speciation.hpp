// include/kairos/phases/speciation.hpp: when classes separate, by every criterion of one curve or closed form.
//
//   speciation_spectral   Lambda alpha^2 = 1 for ou (the published convention), Lambda snr = 1 otherwise; Lambda: top eigenvalue of the
//                         data covariance
//   speciation_stability  two clusters: the central fixed point of the generative drift loses stability along m,
//                         J_b = -f + g^2 ( -1/Gamma + alpha^2|m|^2/Gamma^2 ) = 0,  Gamma = sigma^2 + alpha^2 s^2
//   speciation_stability_ode   the same for the probability-flow ODE: J = -f + (g^2/2)( ... ); NaN where it has no root
//   speciation_clones     class_collision = 0.775
//   speciation_entropy_rate      peak of class_entropy_rate sigma^2/g^2 (the rate per log snr)
//   speciation_entropy_variance  peak of the ensemble variance of class_entropy
//   NAME_level_l                 with several levels of classes: the same of level_split_collision, level_split_rate and
//                                level_split_entropy, where they were measured; spectral: Lambda of the data within one class of the level above (the largest)
//   speciation_potts_variance    peak of the ensemble variance of potts_order_parameter, where it was measured
//
// Source: docs/theory.md, "Speciation", "Stability"; Biroli et al. 2402.18491; Raya and Ambrogioni 2023; Handke et al. 2602.09651.
#pragma once
#include <map>
#include <string>

#include "kairos/law/law.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::phases {

[[nodiscard]] std::map<std::string, CriticalTime> speciation(const law::Law& law,
                                                             const dynamics::Schedule& schedule,
                                                             std::span<const Time> times,
                                                             const BatchCurves& curves);

// Those known without a run, for `kairos plan`.
[[nodiscard]] std::map<std::string, double> predicted_speciation(const law::Law& law,
                                                                 const dynamics::Schedule& schedule);

}  // namespace kairos::phases
