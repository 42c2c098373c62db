// tests/phases/laws.hpp: small laws and schedules for the tests of critical times and theory.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/law.hpp"

namespace kairos::test {

// +-m along the only explicit coordinate, d - 1 more in the complement.
[[nodiscard]] law::Law two_clusters(double mean_norm2, double variance, double dimension,
                                    double weight_plus = 0.5);

// Zero means, one isotropic variance a component; labels group components into classes.
[[nodiscard]] law::Law unequal_variances(const std::vector<double>& variances,
                                         const std::vector<double>& weights, double dimension,
                                         const std::vector<std::int64_t>& labels);

// n data of which only their number and their population matter.
[[nodiscard]] law::Law empirical(const law::Law& population, Index samples);

// Every kind, geometric ve included, from nearly clean to nearly pure noise.
[[nodiscard]] std::vector<dynamics::Schedule> every_schedule();

[[nodiscard]] std::string name_of(const dynamics::Schedule& schedule);

}  // namespace kairos::test
