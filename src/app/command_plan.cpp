#include <chrono>
#include <cstdio>

#include "kairos/app/bifurcation.hpp"
#include "kairos/app/commands.hpp"
#include "kairos/app/memory.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/app/text.hpp"
#include "kairos/phases/collapse.hpp"
#include "kairos/phases/speciation.hpp"

namespace kairos::app {
namespace {

// Multiplications and additions of a run: logits and posterior mean of every component, at every evaluation.
double operations(const Setup& setup) {
    const auto& mixture = setup.law->mixture;
    const bool exact = setup.config.integrator == dynamics::IntegratorKind::exact ||
                       setup.config.direction != measure::Direction::reverse;
    const double stages = setup.config.integrator == dynamics::IntegratorKind::heun ||
                                  setup.config.integrator == dynamics::IntegratorKind::ode_heun
                              ? 2.0
                              : 1.0;
    const bool one_pass = measure::Ensemble(setup.ensemble, setup.schedule).one_pass();
    const double evaluations = one_pass ? 1.0
                                        : static_cast<double>(setup.ensemble.times.size()) *
                                              (exact ? 1.0 : stages * setup.config.substeps);
    return static_cast<double>(setup.ensemble.trajectories) * evaluations * 4.0 *
           static_cast<double>(mixture.components()) * static_cast<double>(mixture.coordinates() + 1);
}

// Some of the times, both ends among them.
std::vector<Time> some_of(const std::vector<Time>& times, std::size_t count) {
    if (count >= times.size()) return times;
    std::vector<Time> some;
    for (std::size_t i = 0; i < count; ++i) some.push_back(times[i * (times.size() - 1) / (count - 1)]);
    return some;
}

// Few; but where many data stream by, as many as share a pass in the run itself, unless that would take many seconds.
std::uint64_t trajectories_of_a_piece(const Setup& setup, double operations_of_one) {
    constexpr double most = 1e11;
    const auto block = static_cast<std::uint64_t>(measure::block_size(setup.law->mixture));
    const double at_two_times = 2.0 * operations_of_one * static_cast<double>(block) /
                                static_cast<double>(setup.ensemble.times.size());
    if (dynamics::PosteriorEvaluator::streams(setup.law->mixture) && at_two_times < most)
        return std::min<std::uint64_t>(setup.ensemble.trajectories, block);
    return std::min<std::uint64_t>(setup.batches.size(), 16);
}

// Seconds of one rank, from a small piece of the run itself; of few times where an evaluation is dear.
double seconds_per_trajectory(const Setup& setup) {
    constexpr double budget = 4e9;  // operations, before the clock is looked at
    const double of_one = operations(setup) / static_cast<double>(setup.ensemble.trajectories);
    const std::uint64_t piece = trajectories_of_a_piece(setup, of_one);
    const double once = of_one * static_cast<double>(piece);
    const auto all = setup.ensemble.times.size();
    measure::EnsembleSpec spec = setup.ensemble;
    spec.times = some_of(spec.times, static_cast<std::size_t>(std::max(
                                         2.0, std::min(1.0, budget / once) * static_cast<double>(all))));
    const double share = static_cast<double>(spec.times.size()) / static_cast<double>(all);
    measure::Ensemble ensemble(std::move(spec), setup.schedule);
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    std::uint64_t done = 0;
    double elapsed = 0;
    do {
        (void)ensemble.run(TrajectoryId{0}, piece);
        done += piece;
        elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    } while (elapsed < 0.2 && done < setup.ensemble.trajectories);
    return elapsed / static_cast<double>(done) / share;
}

void print_configuration(const Setup& setup) {
    std::string section;
    for (const auto& [key, value] : setup.config.resolved) {
        const auto dot = key.find('.');
        if (key.substr(0, dot) != section) {
            section = key.substr(0, dot);
            std::printf("[%s]\n", section.c_str());
        }
        std::printf("%s = %s\n", key.substr(dot + 1).c_str(), value.c_str());
    }
}

void print_memory(const MemoryNeed& memory, const Machine& machine) {
    std::printf(
        "memory per rank    %.3g MB (law %.3g, block %.3g, moments %.3g, histograms and paths %.3g)\n",
        memory.rank() / 1e6, memory.law / 1e6, memory.block / 1e6, (memory.moments + memory.clones) / 1e6,
        (memory.histograms + memory.paths) / 1e6);
    std::printf("memory per node    %.3g MB (data %.3g once, packed %.3g once, and %d rank%s) of %.3g MB\n",
                memory.node(machine.ranks) / 1e6, memory.data / 1e6, memory.packed / 1e6, machine.ranks,
                machine.ranks == 1 ? "" : "s", machine.memory / 1e6);
    if (memory.file > 0.0)
        std::printf("disk per node      %.3g MB (data) in %s, of %.3g MB\n", memory.file / 1e6,
                    machine.data.path.c_str(), machine.data.free_bytes.value_or(0.0) / 1e6);
}

}  // namespace

void command_plan(const CommandLine& line, const parallel::Communicator& communicator) {
    const Config config = read_config(line.config_file, line.overrides);
    if (communicator.size() > 1) require_teams(config, communicator);
    const Setup setup = prepare(config, communicator);
    const Machine machine = machine_of(config, communicator);
    if (!communicator.is_root()) return;
    print_configuration(setup);
    const bool several = setup.config.realisations > 1;
    std::printf("\npredicted critical times%s\n", several ? ", first realisation" : "");
    auto predicted = phases::predicted_speciation(*setup.law, setup.schedule);
    predicted.merge(phases::predicted_collapse(*setup.law, setup.schedule));
    for (const auto& [name, time] : predicted)
        std::printf("  %-30s %s\n", name.c_str(), to_text(time).c_str());
    const double seconds = seconds_per_trajectory(setup) * static_cast<double>(setup.ensemble.trajectories);
    std::printf("\nbatches            %llu of %llu trajectories\n",
                static_cast<unsigned long long>(setup.batches.count()),
                static_cast<unsigned long long>(setup.batches.size()));
    if (several)
        std::printf("realisations       %llu, data.seed from %llu\n",
                    static_cast<unsigned long long>(setup.config.realisations),
                    static_cast<unsigned long long>(setup.config.model.seed));
    if (config.data_shards > 1)
        std::printf("data shards        %d, each of about %.3g MB; the ranks must be a multiple of %d\n",
                    config.data_shards, (setup.memory.data + setup.memory.file) / config.data_shards / 1e6,
                    config.data_shards);
    std::printf("%s", bifurcation_plan(setup).c_str());
    print_memory(setup.memory, machine);
    std::printf("operations         %.3g\n", operations(setup));
    std::printf("estimated time     %.3g s on %d rank%s\n", seconds / communicator.size(),
                communicator.size(), communicator.size() == 1 ? "" : "s");
    std::fflush(stdout);
}

}  // namespace kairos::app
