// bench/reverse_bench.cpp: a whole reverse ensemble on n data, dense and with its screen, in turn.
//
//   reverse_bench [ROUNDS] [d] [n] [TRAJECTORIES] [TIMES] [T-MIN] [T-MAX]      defaults: 5, 1024, 20000, 256, 40, those of the process
//
// Exact steps, default observables and identities, times even in log-snr; the data packed once, as by
// kairos run. Printed a round: seconds of the processor of the whole ensemble, dense and screened; the share of the dense one that the
// products (4 n d operations a state and time) would take at the limit of multiply-adds, measured between its evaluations; and the share
// that these evaluations take alone.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "kairos/dynamics/packed_data.hpp"
#include "kairos/measure/ensemble.hpp"
#include "laws.hpp"
#include "limits.hpp"

namespace kairos::bench {
namespace {

using dynamics::Screening;

// Of the processor, as in limits.cpp.
double processor_seconds() { return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC); }

struct Job {
    int rounds = 5, times = 40;
    Index dimension = 1024, data = 20000, trajectories = 256;
    dynamics::ScheduleLimits limits{};
};

measure::EnsembleSpec spec_of(const law::Law& law, const Job& job, const dynamics::Schedule& schedule) {
    measure::EnsembleSpec spec;
    spec.setting = {
        .law = &law,
        .numerics = {.packed = dynamics::PackedData::made(law.mixture, dynamics::Precision::in_double)}};
    spec.times = dynamics::regular_grid(spec.grid, schedule, job.times);
    spec.observables = measure::select_observables({"default"}, spec.setting);
    spec.recording.decisions = true;
    return spec;
}

double whole(measure::EnsembleSpec spec, const Job& job, const dynamics::Schedule& schedule,
             Screening screening) {
    spec.setting.numerics.screening = screening;
    measure::Ensemble ensemble(std::move(spec), schedule);
    const double start = processor_seconds();
    (void)ensemble.run(TrajectoryId{0}, static_cast<std::uint64_t>(job.trajectories));
    return processor_seconds() - start;
}

// One evaluation with a draw of every state at every time, as the steps ask for: seconds.
double evaluations(const measure::EnsembleSpec& spec, const Job& job, const dynamics::Schedule& schedule,
                   LimitBeside& limit) {
    dynamics::Numerics numerics = spec.setting.numerics;
    numerics.screening = Screening::never;
    dynamics::PosteriorEvaluator evaluator(*spec.setting.law, numerics);
    dynamics::Posterior out;
    const dynamics::Request request{.score = true,
                                    .spread = true,
                                    .class_spread = true,
                                    .latents = true,
                                    .fourth = true,
                                    .draw = dynamics::Draw{{.seed = 1}, StepId{0}}};
    double seconds = 0.0;
    const Index block = measure::block_size(spec.setting.law->mixture);
    for (const Time t : spec.times) {
        const dynamics::TimePoint time = schedule.at(t);
        for (Index done = 0; done < job.trajectories; done += block) {
            const auto states =
                states_at(*spec.setting.law, schedule, time, std::min(block, job.trajectories - done));
            const double start = processor_seconds();
            evaluator.evaluate(states, time, request, out);
            const double taken = processor_seconds() - start;
            seconds += taken;
            limit.follow(taken);
        }
    }
    return seconds;
}

void run(const Job& job) {
    const law::Law law = points(static_cast<double>(job.dimension), job.data);
    const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, job.limits);
    const measure::EnsembleSpec spec = spec_of(law, job, schedule);
    const double flops = 4.0 * static_cast<double>(job.data * job.dimension * job.trajectories * job.times);
    std::printf("  dense s  screened s  screened/dense  products  evaluations\n");
    for (int round = 0; round < job.rounds; ++round) {
        LimitBeside limit;
        const double alone = evaluations(spec, job, schedule, limit);
        const double dense = whole(spec, job, schedule, Screening::never);
        const double screened = whole(spec, job, schedule, Screening::automatic);
        std::printf("%9.2f  %10.2f  %14.2f  %8.2f  %11.2f\n", dense, screened, screened / dense,
                    flops / limit.flops() / dense, alone / dense);
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace kairos::bench

int main(int count, char** words) {
    kairos::bench::Job job;
    const auto take = [&](int place, auto& value) {
        if (count > place)
            value = static_cast<std::remove_reference_t<decltype(value)>>(std::atoll(words[place]));
    };
    take(1, job.rounds), take(2, job.dimension), take(3, job.data), take(4, job.trajectories),
        take(5, job.times);
    if (count > 7) job.limits = {.t_min = std::atof(words[6]), .t_max = std::atof(words[7])};
    kairos::bench::run(job);
}
