// tests/dynamics/steps.hpp: one step of an integrator, from the posterior on.
#pragma once
#include "dynamics/brute_force.hpp"
#include "kairos/dynamics/integrators.hpp"

namespace kairos::test {

inline constexpr dynamics::NoiseKeys keys{.seed = 7};

// All lanes alike.
[[nodiscard]] dynamics::States states_at(double x, Index count, double radius2 = 0.0);

// From time t to s.
[[nodiscard]] dynamics::States stepped(dynamics::Integrator& integrator,
                                       dynamics::PosteriorEvaluator& evaluator, const dynamics::States& from,
                                       const dynamics::Schedule& schedule, Time t, Time s, StepId step);

}  // namespace kairos::test
