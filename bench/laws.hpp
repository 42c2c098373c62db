// bench/laws.hpp: the laws that benchmarks share, states drawn from them, and the middle of their way.
#pragma once
#include "kairos/dynamics/transition.hpp"
#include "kairos/law/empirical.hpp"
#include "kairos/law/models.hpp"

namespace kairos::bench {

[[nodiscard]] inline law::Law two_clusters(double dimension, law::Representation representation) {
    law::ModelSpec spec;
    spec.dimension = dimension;
    return law::build_law(spec, representation);
}

[[nodiscard]] inline law::Law simplex(double dimension, Index components) {
    law::ModelSpec spec;
    spec.kind = law::ModelKind::simplex;
    spec.dimension = dimension;
    spec.components = components;
    return law::build_law(spec, law::Representation::reduced);
}

// n points drawn from two clusters.
[[nodiscard]] inline law::Law points(double dimension, Index count) {
    return law::draw_empirical(two_clusters(dimension, law::Representation::full), count, 1);
}

[[nodiscard]] inline dynamics::States states_at(const law::Law& law, const dynamics::Schedule& schedule,
                                                const dynamics::TimePoint& time, Index count) {
    const dynamics::ExactTransition exact(law, schedule);
    dynamics::CleanData clean;
    dynamics::States states;
    exact.draw_clean(1, StepId{0}, TrajectoryId{0}, count, clean);
    exact.noised(clean, time, 1, StepId{0}, states);
    return states;
}

}  // namespace kairos::bench
