// tests/dynamics/transition_laws.hpp: one small law of every form, and its posterior weights by brute force.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "dynamics/brute_force.hpp"
#include "kairos/dynamics/posterior.hpp"

namespace kairos::dynamics::test {

using kairos::test::dense, kairos::test::isotropic;

// w_k = softmax_k( log weight_k + log N(x; alpha mean_k, C_k) ) with dense matrices, complement included.
void brute_force_weights(const law::Law& law, const States& states, const TimePoint& time, Posterior& out);

struct NamedLaw {
    std::string name;
    law::Law law;
    ScheduleKind schedule = ScheduleKind::ou;
    double s = 0.3, t = 0.9;
};

void PrintTo(const NamedLaw& law, std::ostream* out);

[[nodiscard]] law::Law make_law(const Matrix& means, const Vector& weights,
                                std::vector<law::Covariance> covariances, double complement = 0.0);

[[nodiscard]] const std::vector<NamedLaw>& every_form();

// Those that have explicit coordinates.
[[nodiscard]] std::vector<NamedLaw> every_form_with_coordinates();

}  // namespace kairos::dynamics::test
