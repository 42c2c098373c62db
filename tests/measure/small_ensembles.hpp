// tests/measure/small_ensembles.hpp: two clusters under ou at five times, and how their ensembles are read.
#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "kairos/law/models.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/measure/estimate.hpp"
#include "support/consistent.hpp"

namespace kairos::test {

inline law::Law two_clusters(double dimension,
                             law::Representation representation = law::Representation::reduced) {
    return law::build_law({.kind = law::ModelKind::two_clusters, .dimension = dimension}, representation);
}

inline measure::EnsembleSpec spec_of(const law::Law& law, measure::Direction direction,
                                     const std::vector<std::string>& names) {
    measure::EnsembleSpec spec;
    spec.setting = {.law = &law, .direction = direction};
    spec.observables = measure::select_observables(names, spec.setting);
    spec.times = {Time{0.1}, Time{0.8}, Time{1.5}, Time{2.2}, Time{3.0}};
    spec.seed = 7;
    return spec;
}

inline measure::Estimate at(const measure::Ensemble& ensemble, const measure::BatchResult& result,
                            const std::string& name, std::size_t time) {
    return measure::estimate(
        result.moments[ensemble.plan().find(measure::Quantity::observable, name)->at(time)]);
}

inline const dynamics::Schedule& ou() {
    static const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {.t_min = 0.1, .t_max = 3.0});
    return schedule;
}

inline void expect_same_mean(const measure::Estimate& a, const measure::Estimate& b) {
    expect_consistent(a.mean - b.mean, std::hypot(a.standard_error, b.standard_error), 0.0);
}

}  // namespace kairos::test
