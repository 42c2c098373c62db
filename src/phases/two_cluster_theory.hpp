// src/phases/two_cluster_theory.hpp: class theory of +-m with one isotropic variance, exact for every d.
//
//   L = log p(+|x)/p(-|x) = L0 + 2 alpha m.x/Gamma,   L0 = log(pi_+/pi_-),   Gamma = sigma^2 + alpha^2 s^2
//   L | +- ~ N(L0 +- 2 snr_c, 4 snr_c),               snr_c = alpha^2 |m|^2/Gamma
//   s_+ - s_- = 2 alpha m/Gamma, so that sum_c w_c |s_c - s|^2 = w_+ w_- 4 snr_c/Gamma
//
// Source: docs/theory.md, "Speciation".
#pragma once
#include "kairos/phases/theory.hpp"

namespace kairos::phases {

// Needs variance_plus == variance_minus.
[[nodiscard]] ClassTheory two_cluster_theory(const law::TwoClusters& clusters, const dynamics::TimePoint& at);

}  // namespace kairos::phases
