#include "kairos/app/setup.hpp"

#include <algorithm>
#include <utility>

#include "kairos/app/bifurcation.hpp"
#include "kairos/app/build_law.hpp"
#include "kairos/app/observation_times.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/vector_file.hpp"
#include "kairos/law/reduction.hpp"

#include "input_bytes.hpp"
#include "packed_copy.hpp"
#include "team_shards.hpp"

namespace kairos::app {
namespace {

// Names that only make sense for scalars, and only for what is measured.
std::vector<const measure::Observable*> histogrammed(const Config& config, const measure::Setting& setting,
                                                     std::vector<const measure::Observable*>& observables) {
    if (config.histograms.empty()) return {};
    auto wanted = measure::select_observables(config.histograms, setting, "observe.histograms");
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

// Ranks that cannot divide the data (kairos plan on one of them) each take all of it.
int ranks_of_a_team(const Config& config, const parallel::Communicator& communicator) {
    return communicator.size() % config.data_shards == 0 ? config.data_shards : 1;
}

std::optional<dynamics::Guidance> guidance_of(const Config& config, const law::Law& law) {
    if (!config.guidance) return std::nullopt;
    std::string known;
    if (law.mixture.labels.any()) {
        const auto& values = law.mixture.labels.classes().values;
        const auto found = std::ranges::find(values, config.guidance->label);
        if (found != values.end())
            return dynamics::Guidance{.class_index = static_cast<int>(found - values.begin()),
                                      .weight = config.guidance->weight,
                                      .from = Time{config.guidance->from},
                                      .to = Time{config.guidance->to}};
        for (std::size_t c = 0; c < std::min<std::size_t>(values.size(), 20); ++c)
            known += (c == 0 ? "" : ", ") + std::to_string(values[c]);
        if (values.size() > 20) known += ", ...";
    }
    throw ConfigError("guidance.class", std::to_string(config.guidance->label), "is the label of no class",
                      known.empty() ? "empty for a law without classes" : known, "");
}

// Those of the file, in all coordinates (the representation is full).
std::vector<law::OrderAxis> given_axes(const Config& config, const law::Law& law,
                                       const parallel::Communicator& communicator) {
    std::vector<law::OrderAxis> axes;
    if (!config.landscape_vectors) return axes;
    const auto& [file, dataset] = *config.landscape_vectors;
    const Matrix vectors = io::read_vectors(communicator, file, dataset, law.mixture.coordinates());
    for (Index i = 0; i < vectors.cols(); ++i) {
        const std::string number = std::to_string(i + 1);
        axes.push_back({std::string("vector_").append(number),
                        std::string("vector ").append(number).append(" of ").append(dataset),
                        vectors.col(i)});
    }
    return axes;
}

std::shared_ptr<const measure::LandscapeSpec> landscape_spec(const Config& config, const law::Law& law,
                                                             const dynamics::Schedule& schedule,
                                                             const std::vector<Time>& times,
                                                             std::vector<law::OrderAxis> given) {
    if (config.landscape_bins == 0) return nullptr;
    std::vector<dynamics::TimePoint> points;
    points.reserve(times.size());
    for (const Time t : times) points.push_back(schedule.at(t));
    auto spec = measure::landscape_of(law, std::move(points), config.landscape_bins, std::move(given));
    if (spec.axes.empty())
        throw ConfigError("landscape.bins", std::to_string(config.landscape_bins),
                          "needs an order parameter, and this law has one mean", "0 for such a law",
                          "Try data.model = two-clusters, or give landscape.vectors.");
    return std::make_shared<const measure::LandscapeSpec>(std::move(spec));
}

// The rate alpha/v at which data enter is largest at t-min.
void require_range(const Config& config, const law::Law& law, const dynamics::Schedule& schedule) {
    if (config.precision != dynamics::Precision::mixed ||
        dynamics::single_precision_holds(law.mixture, schedule.at(schedule.t_min())))
        return;
    throw ConfigError("run.precision", "mixed",
                      "cannot hold products of these data at t-min = " + to_text(schedule.t_min().value) +
                          ": they pass 1e37",
                      "double", "Or a larger process.t-min, or data in other units.");
}

std::shared_ptr<const dynamics::Shards> shards_of(const parallel::Teams& teams) {
    if (teams.team().size() == 1) return nullptr;
    return std::make_shared<const TeamShards>(teams.team());
}

void require_target(const Config& config, const std::vector<const measure::Observable*>& observed) {
    if (!config.target) return;
    const std::string& name = config.target->observable;
    if (std::ranges::any_of(observed, [&](const auto* observable) { return observable->name == name; }))
        return;
    throw ConfigError("ensemble.target", name + ":" + to_text(config.target->error), "is not observed",
                      "an observable of observe.observables", "Add it to observe.observables.");
}

std::vector<double> log_snrs(const dynamics::Schedule& schedule, const std::vector<Time>& times) {
    std::vector<double> values;
    values.reserve(times.size());
    for (const Time t : times) values.push_back(schedule.at(t).log_snr);
    return values;
}

// Everything but times and the landscape, which need the law at its place.
measure::EnsembleSpec observed_spec(const Config& config, const law::Law& law, const parallel::Teams& teams) {
    measure::EnsembleSpec spec;
    spec.setting = {.law = &law,
                    .direction = config.direction,
                    .integrator = config.integrator,
                    .tangents = config.tangents,
                    .coupling = config.coupling,
                    .numerics = {.precision = config.precision, .shards = shards_of(teams)}};
    spec.setting.eigenvalues = config.eigenvalues;
    spec.observables = measure::select_observables(config.observables, spec.setting);
    require_target(config, spec.observables);
    spec.recording.histograms = histogrammed(config, spec.setting, spec.observables);
    spec.setting.guidance = guidance_of(config, law);
    spec.identities = !spec.setting.guidance;  // they hold of the states of p_t
    spec.start_at_prior = config.start == StartKind::prior;
    spec.seed = config.seed;
    spec.trajectories = config.trajectories;
    spec.grid = config.grid;
    spec.substeps = config.substeps;
    spec.recording.paths = config.paths;
    spec.recording.states = config.states;
    spec.recording.decisions = config.direction == measure::Direction::reverse;
    return spec;
}

}  // namespace

void require_teams(const Config& config, const parallel::Communicator& communicator) {
    const int ranks = communicator.size(), shards = config.data_shards;
    if (ranks % shards == 0) return;
    throw ConfigError(
        "run.data-shards", std::to_string(shards),
        "does not divide the " + std::to_string(ranks) + (ranks == 1 ? " rank" : " ranks") + " of this job",
        "a divisor of the number of ranks",
        "Start it by mpirun or srun with a multiple of " + std::to_string(shards) + " ranks.");
}

Setup prepare(const Config& config, const parallel::Communicator& communicator,
              const std::vector<Time>& times) {
    const parallel::Teams teams(communicator, ranks_of_a_team(config, communicator));
    dynamics::Schedule schedule(config.process, config.limits);
    const MemoryNeed memory = checked_memory(config, communicator);
    Config identified = config;
    identify_inputs(identified, communicator);
    law::Law law = law_of(config, communicator);
    require_traceable(config, law);

    measure::EnsembleSpec spec = observed_spec(config, law, teams);
    auto owned = adopt(std::move(law), spec);
    require_range(config, *owned, schedule);
    spec.setting.numerics.packed = packed_copy(config, *owned, memory, communicator);

    spec.times = times.empty() ? observation_times(config, *owned, schedule, communicator) : times;
    spec.setting.judges_increments = measure::judges_increments(log_snrs(schedule, spec.times));
    spec.recording.landscape =
        landscape_spec(config, *owned, schedule, spec.times, given_axes(config, *owned, communicator));

    Setup setup{std::move(identified),
                schedule,
                std::move(owned),
                std::move(spec),
                parallel::BatchPlan(config.trajectories, config.batch),
                clone_plan(config),
                memory,
                teams};
    auto& branch_times = setup.config.clone_times;
    std::sort(branch_times.begin(), branch_times.end());
    branch_times.erase(std::unique(branch_times.begin(), branch_times.end()), branch_times.end());
    resolve_automatic(setup);
    return setup;
}

void take_realisation(Setup& setup, std::uint64_t realisation, const parallel::Communicator& communicator) {
    measure::Setting& setting = setup.ensemble.setting;
    setting.law = nullptr;
    setting.numerics.packed.reset();
    setup.law.reset();
    Config config = setup.config;
    config.model.seed += realisation;
    setup.law = adopt(law_of(config, communicator), setup.ensemble);
    setting.numerics.packed = packed_copy(config, *setup.law, setup.memory, communicator);
}

}  // namespace kairos::app
