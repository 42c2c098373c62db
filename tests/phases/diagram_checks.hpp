// tests/phases/diagram_checks.hpp: what diagrams are held against: equations in one unknown, and counts of branches.
#pragma once
#include <functional>
#include <vector>

#include "kairos/phases/bifurcation.hpp"

namespace kairos::test {

// The root between two points of different sign.
[[nodiscard]] double bisected(const std::function<double(double)>& f, double low, double high);

[[nodiscard]] std::vector<phases::Bifurcation> of_kind(const phases::Bifurcations& diagram,
                                                       phases::BifurcationKind kind);
// Events within 1e-8 of a time, relative.
[[nodiscard]] std::vector<phases::Bifurcation> at_time(const std::vector<phases::Bifurcation>& events,
                                                       double t);

// Fixed points at a time: how many branches pass it, by their unstable directions 0 .. most.
[[nodiscard]] std::vector<int> passing(const phases::Bifurcations& diagram, double t, std::size_t most);

// 1 + f Gamma/(c g^2) and alpha^2/Gamma, Gamma = sigma^2 + alpha^2 variance: a fixed point loses stability along a direction in which
// the means have covariance kappa under the posterior where rho = kappa gain.
struct Balance {
    double rho, gain;
};
[[nodiscard]] Balance balance(const dynamics::Schedule& schedule, phases::Drift drift, double variance,
                              double t);

// Under the SDE, between two times: where rho = kappa gain.
[[nodiscard]] double loss_of_stability(const dynamics::Schedule& schedule, double kappa, double variance,
                                       double low, double high);

}  // namespace kairos::test
