#include "kairos/app/setup.hpp"

#include <algorithm>
#include <utility>

#include "kairos/app/build_law.hpp"
#include "kairos/app/observation_times.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"
#include "kairos/law/reduction.hpp"

namespace kairos::app {
namespace {

// Names that only make sense for scalars, and only for what is measured.
std::vector<const measure::Observable*> histogrammed(const Config& config, const measure::Setting& setting,
                                                     std::vector<const measure::Observable*>& observables) {
    if (config.histograms.empty()) return {};
    const auto wanted = measure::select_observables(config.histograms, setting);
    for (const auto* observable : wanted) {
        if (observable->axis != measure::Axis::none)
            throw ConfigError("observe.histograms", observable->name, "has several components at each time",
                              "scalar observables",
                              "Histograms of its moments are in /batches; choose a scalar.");
        if (std::find(observables.begin(), observables.end(), observable) == observables.end())
            observables.push_back(observable);
    }
    return wanted;
}

bool asks_for_surprisal(const std::vector<const measure::Observable*>& observables) {
    return std::find(observables.begin(), observables.end(), measure::find_observable("data_surprisal")) !=
           observables.end();
}

// The surprisal of y compares x with y direction by direction: the part of y in the complement becomes a coordinate.
std::unique_ptr<const law::Law> adopt(law::Law law, measure::EnsembleSpec& spec) {
    spec.exposed = asks_for_surprisal(spec.observables) && law.mixture.complement > 0;
    if (spec.exposed) law = law::expose_one(law);
    auto owned = std::make_unique<const law::Law>(std::move(law));
    spec.setting.law = owned.get();
    return owned;
}

// Small enough for every realisation to have a batch.
parallel::BatchPlan clone_plan(const Config& config) {
    const parallel::BatchPlan plan(config.pairs, std::nullopt);
    if (config.clone_times.empty() || plan.count() >= config.realisations) return plan;
    return {config.pairs, config.pairs / config.realisations};
}

void resolve_automatic(Setup& setup) {
    auto& config = setup.config;
    config.set_resolved("process.t-min", to_text(setup.schedule.t_min().value));
    config.set_resolved("process.t-max", to_text(setup.schedule.t_max().value));
    config.set_resolved("ensemble.batch", std::to_string(setup.batches.size()));
    config.set_resolved("ensemble.representation", setup.law->reduced ? "reduced" : "full");
    config.set_resolved("data.dimension", to_text(setup.law->mixture.dimension()));
    if (!setup.law->empirical)
        config.set_resolved("data.components", std::to_string(setup.law->mixture.components()));
    std::string names;
    for (const auto* observable : setup.ensemble.observables)
        names += (names.empty() ? "" : ",") + observable->name;
    config.set_resolved("observe.observables", names);
}

}  // namespace

Setup prepare(const Config& config, const parallel::Communicator& communicator,
              const std::vector<Time>& times) {
    dynamics::Schedule schedule(config.process, config.limits);
    const MemoryNeed memory = checked_memory(config, communicator);
    law::Law law = law_of(config, communicator);

    measure::EnsembleSpec spec;
    spec.setting = {.law = &law,
                    .direction = config.direction,
                    .integrator = config.integrator,
                    .tangents = config.tangents,
                    .coupling = config.coupling,
                    .numerics = {config.precision}};
    spec.observables = measure::select_observables(config.observables, spec.setting);
    spec.recording.histograms = histogrammed(config, spec.setting, spec.observables);
    auto owned = adopt(std::move(law), spec);

    spec.start_at_prior = config.start == StartKind::prior;
    spec.seed = config.seed;
    spec.trajectories = config.trajectories;
    spec.times = times.empty() ? observation_times(config, *owned, schedule, communicator) : times;
    spec.grid = config.grid;
    spec.substeps = config.substeps;
    spec.recording.paths = config.paths;
    spec.recording.states = config.states;
    spec.recording.decisions = config.direction == measure::Direction::reverse;

    Setup setup{config,
                std::move(schedule),
                std::move(owned),
                std::move(spec),
                parallel::BatchPlan(config.trajectories, config.batch),
                clone_plan(config),
                memory};
    auto& branch_times = setup.config.clone_times;
    std::sort(branch_times.begin(), branch_times.end());
    branch_times.erase(std::unique(branch_times.begin(), branch_times.end()), branch_times.end());
    resolve_automatic(setup);
    return setup;
}

void take_realisation(Setup& setup, std::uint64_t realisation, const parallel::Communicator& communicator) {
    setup.ensemble.setting.law = nullptr;
    setup.law.reset();
    Config config = setup.config;
    config.model.seed += realisation;
    setup.law = adopt(law_of(config, communicator), setup.ensemble);
}

}  // namespace kairos::app
