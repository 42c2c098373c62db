// bench/transition_bench.cpp: one step of a block, as the fraction of its time that its noise alone would take.
// Items are trajectories; the posterior is evaluated beforehand, and has drawn
// the component of every state.
//
// The process is ve: its steps do not stretch x, so that a step repeated for long stays finite.
#include <benchmark/benchmark.h>

#include "kairos/dynamics/integrators.hpp"
#include "kairos/measure/ensemble.hpp"
#include "laws.hpp"
#include "report.hpp"

namespace kairos::bench {
namespace {

using law::Representation;

struct Block {
    explicit Block(Representation representation)
        : law(two_clusters(1024, representation)),
          schedule(dynamics::ScheduleKind::ve, {}),
          from(schedule.at(Time{20.0})),
          to(schedule.at(Time{19.0})),
          states(states_at(law, schedule, from, measure::block_size(law.mixture))) {}

    [[nodiscard]] double trajectories() const { return static_cast<double>(states.count()); }
    [[nodiscard]] Demand noise() const {
        const double m = trajectories(), complement = law.mixture.complement > 0 ? 1.0 : 0.0;
        return {.normals = m * (static_cast<double>(law.mixture.coordinates()) + complement),
                .chi_squared = m * complement};
    }

    law::Law law;
    dynamics::Schedule schedule;
    dynamics::TimePoint from, to;
    dynamics::States states;
};

void reverse(benchmark::State& state, Representation representation, dynamics::IntegratorKind kind) {
    Block block(representation);
    dynamics::Integrator integrator(kind, block.law, block.schedule);
    dynamics::PosteriorEvaluator evaluator(block.law);
    dynamics::Posterior posterior;
    evaluator.evaluate(block.states, block.from, integrator.request({}, StepId{0}), posterior);
    std::uint32_t step = 0;
    report(state, block.trajectories(), block.noise(),
           [&] { integrator.step(block.states, posterior, block.to, {}, StepId{step++}); });
}

void forward(benchmark::State& state, Representation representation) {
    Block block(representation);
    dynamics::ExactTransition exact(block.law, block.schedule);
    std::uint32_t step = 0;
    report(state, block.trajectories(), block.noise(),
           [&] { exact.forward(block.states, block.to, block.from, {}, StepId{step++}); });
}

BENCHMARK_CAPTURE(reverse, exact_reduced, Representation::reduced, dynamics::IntegratorKind::exact);
BENCHMARK_CAPTURE(reverse, exact_full, Representation::full, dynamics::IntegratorKind::exact);
BENCHMARK_CAPTURE(reverse, euler_maruyama_reduced, Representation::reduced,
                  dynamics::IntegratorKind::euler_maruyama);
BENCHMARK_CAPTURE(reverse, euler_maruyama_full, Representation::full,
                  dynamics::IntegratorKind::euler_maruyama);
BENCHMARK_CAPTURE(forward, reduced, Representation::reduced);
BENCHMARK_CAPTURE(forward, full, Representation::full);

}  // namespace
}  // namespace kairos::bench
