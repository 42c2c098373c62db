// bench/posterior_bench.cpp: one evaluation of the posterior with all that the default observables ask for,
// as a fraction of the limits: multiply-adds of the products, exp and log of the softmax.
//
// The products are those that no evaluation can do without, states with means and means with weights: 4 K r
// operations a state. Items are states.
#include <benchmark/benchmark.h>

#include "kairos/measure/ensemble.hpp"
#include "laws.hpp"
#include "report.hpp"

namespace kairos::bench {
namespace {

void evaluate(benchmark::State& state, const law::Law& law, double time) {
    const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {});
    const dynamics::TimePoint at = schedule.at(Time{time});
    const Index count = measure::block_size(law.mixture);
    const dynamics::States states = states_at(law, schedule, at, count);
    const dynamics::Request request{
        .score = true, .spread = true, .class_spread = law.mixture.labels.any(), .latents = true};
    dynamics::PosteriorEvaluator evaluator(law);
    dynamics::Posterior posterior;
    const auto m = static_cast<double>(count);
    const auto K = static_cast<double>(law.mixture.components());
    const auto r = static_cast<double>(law.mixture.coordinates());
    report(state, m, {.flops = 4.0 * K * r * m, .exps = K * m, .logs = m},
           [&] { evaluator.evaluate(states, at, request, posterior); });
}

// About the time at which each law decides: there all weights count.
BENCHMARK_CAPTURE(evaluate, two_clusters_reduced, two_clusters(1024, law::Representation::reduced), 3.5);
BENCHMARK_CAPTURE(evaluate, two_clusters_full, two_clusters(1024, law::Representation::full), 3.5);
BENCHMARK_CAPTURE(evaluate, simplex_64, simplex(1024, 64), 3.5);
BENCHMARK_CAPTURE(evaluate, points_2000, points(256, 2000), 1.0)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kairos::bench
