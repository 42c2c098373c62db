// src/phases/stability.hpp: where the central fixed point of two clusters loses stability along m.
//
//   J = -f + c g^2 ( -1/Gamma + alpha^2|m|^2/Gamma^2 ) = 0,   Gamma = sigma^2 + alpha^2 s^2
//   c = 1 for the drift of the reverse SDE, 1/2 for the probability-flow ODE
//
// Time: the largest t with a root is the first loss of stability met by generation. The whole domain of the
// schedule's kind is searched, whatever t_min and t_max. NaN where there is no root (J that
// vanishes with the noise, as for |m| = s under ve, has none), and where weights or
// variances differ (the midpoint is then no fixed point). Source: docs/theory.md, "Stability"; Raya and
// Ambrogioni 2023.
#pragma once
#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/law.hpp"
#include "kairos/phases/drift_field.hpp"

namespace kairos::phases {

[[nodiscard]] double stability_loss(const law::TwoClusters& clusters, const dynamics::Schedule& schedule,
                                    Drift drift);

// Time of a log snr, NaN outside the domain of the schedule's kind.
[[nodiscard]] double time_in_domain(const dynamics::Schedule& schedule, double log_snr);

}  // namespace kairos::phases
