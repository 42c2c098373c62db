// bench/ensemble_bench.cpp: whole batches of the two-cluster job (1024 dimensions, 64 times, exact reverse
// steps, default observables, identities and decision times), as the fraction of their time that noise, exp
// and log alone would take at their limits. Items are trajectory-steps.
//
// A step needs a normal for every coordinate, one more and a chi^2 for the complement, a uniform for the
// component, and one exp a component and one log for the softmax.
#include <benchmark/benchmark.h>

#include "kairos/measure/ensemble.hpp"
#include "laws.hpp"
#include "report.hpp"

namespace kairos::bench {
namespace {

using law::Representation;

measure::EnsembleSpec default_job(const law::Law& law, const dynamics::Schedule& schedule) {
    measure::EnsembleSpec spec;
    spec.setting = {.law = &law};
    spec.times = dynamics::regular_grid(spec.grid, schedule, 64);
    spec.observables = measure::select_observables({"default"}, spec.setting);
    spec.recording.decisions = true;
    return spec;
}

// With observables, or with none: what the paths alone cost.
void batch(benchmark::State& state, Representation representation, bool observed) {
    const law::Law law = two_clusters(1024, representation);
    const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {});
    measure::EnsembleSpec spec = default_job(law, schedule);
    if (!observed) {
        spec.observables.clear();
        spec.identities = spec.recording.decisions = false;
    }
    const auto count = static_cast<std::uint64_t>(state.range(0));
    const double steps = static_cast<double>(count) * static_cast<double>(spec.times.size() - 1);
    const double complement = law.mixture.complement > 0 ? 1.0 : 0.0;
    measure::Ensemble ensemble(spec, schedule);
    report(state, steps,
           {.normals = steps * (static_cast<double>(law.mixture.coordinates()) + complement),
            .uniforms = steps,
            .chi_squared = steps * complement,
            .exps = steps * static_cast<double>(law.mixture.components()),
            .logs = steps},
           [&] { benchmark::DoNotOptimize(ensemble.run(TrajectoryId{0}, count)); });
}

// Batches of 64 trajectories are those of jobs below 32 000 trajectories, 1024 those of half a million.
BENCHMARK_CAPTURE(batch, reduced, Representation::reduced, true)->ArgName("batch")->Arg(64)->Arg(1024);
BENCHMARK_CAPTURE(batch, reduced_paths_alone, Representation::reduced, false)
    ->ArgName("batch")
    ->Arg(64)
    ->Arg(1024);
BENCHMARK_CAPTURE(batch, full, Representation::full, true)->ArgName("batch")->Arg(64);
BENCHMARK_CAPTURE(batch, full_paths_alone, Representation::full, false)->ArgName("batch")->Arg(64);

}  // namespace
}  // namespace kairos::bench
