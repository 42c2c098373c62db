#include "kairos/app/config.hpp"

#include <algorithm>
#include <stdexcept>

#include "kairos/app/options.hpp"
#include "kairos/app/text.hpp"

namespace kairos::app {
namespace {

constexpr Index most_leaves = 65536;

// branching^levels, or ConfigError beyond what a tree may have.
Index leaves(const law::ModelSpec& model) {
    Index count = 1;
    for (int level = 0; level < model.levels; ++level) {
        count *= model.branching;
        if (count <= most_leaves) continue;
        throw ConfigError(
            "data.levels", std::to_string(model.levels),
            "with data.branching = " + std::to_string(model.branching) + " makes too many components",
            "branching^levels up to " + std::to_string(most_leaves), "Lower data.levels or data.branching.");
    }
    return count;
}

// K where the user left it to the model.
Index natural_components(const law::ModelSpec& model) {
    switch (model.kind) {
        case law::ModelKind::low_rank:
        case law::ModelKind::gaussian_process:
            return 1;
        case law::ModelKind::hierarchical:
            return leaves(model);
        default:
            return 2;
    }
}

void fill_model(Settings& settings, Config& config) {
    law::ModelSpec& model = config.model;
    model.kind = settings.choice<law::ModelKind>("data.model");
    model.dimension = settings.real("data.dimension");
    model.separation = settings.real("data.separation");
    model.sigma = settings.reals("data.sigma");
    model.weights = settings.reals("data.weights");
    model.seed = settings.integer("data.seed");
    model.levels = static_cast<int>(settings.integer("data.levels"));
    model.branching = static_cast<int>(settings.integer("data.branching"));
    model.separations = settings.reals("data.separations");
    model.rank = static_cast<Index>(settings.integer("data.rank"));
    model.residual_sigma = settings.real("data.residual-sigma");
    model.kernel = settings.choice<law::KernelKind>("data.kernel");
    model.length_scale = settings.real("data.length-scale");
    model.class_level = static_cast<std::size_t>(settings.integer("data.class-level") - 1);
    config.samples = static_cast<Index>(settings.integer("data.samples"));
    config.realisations = settings.integer("data.realisations");
    config.file = settings.text("data.file");
    config.dataset = settings.text("data.dataset");
    config.labels = settings.texts("data.labels");
    config.dimension_given = settings.given("data.dimension");
    config.components_given = settings.given("data.components") && !settings.automatic("data.components");
    const Index natural = natural_components(model);
    model.components =
        config.components_given ? static_cast<Index>(settings.integer("data.components")) : natural;
}

// What the defaults of a model turned out to be.
void resolve_model(Settings& settings, law::ModelSpec& model) {
    const bool from_file =
        model.kind == law::ModelKind::mixture_file || model.kind == law::ModelKind::dataset_file;
    if (!from_file) settings.replace("data.components", std::to_string(model.components));
    if (model.kind != law::ModelKind::hierarchical) return;
    if (model.separations.empty())
        model.separations.assign(static_cast<std::size_t>(model.levels), model.separation);
    settings.replace("data.separations", to_text(model.separations));
}

std::optional<double> limit(const Settings& settings, const std::string& key) {
    if (!settings.given(key) || settings.automatic(key)) return std::nullopt;
    return settings.real(key);
}

// A default written out says nothing, so it does not contradict a kind that has no such key.
std::optional<double> rate(const Settings& settings, const std::string& key, dynamics::ScheduleKind kind) {
    const bool written_out = settings.text(key) == find_option(key)->standard;
    if (written_out && kind != dynamics::ScheduleKind::vp_linear) return std::nullopt;
    return limit(settings, key);
}

void fill_times(Settings& settings, Config& config) {
    config.process = settings.choice<dynamics::ScheduleKind>("process.kind");
    config.limits = {.t_min = limit(settings, "process.t-min"),
                     .t_max = limit(settings, "process.t-max"),
                     .beta_min = rate(settings, "process.beta-min", config.process),
                     .beta_max = rate(settings, "process.beta-max", config.process),
                     .sigma_min = limit(settings, "process.sigma-min"),
                     .sigma_max = limit(settings, "process.sigma-max")};
    config.list = settings.reals("time.list");
    config.grid = settings.choice<dynamics::GridKind>("time.grid");
    if (!config.list.empty() && !settings.given("time.grid")) {
        config.grid = dynamics::GridKind::list;
        settings.replace("time.grid", "list");
    }
    if (!config.list.empty()) settings.replace("time.points", std::to_string(config.list.size()));
    config.points = static_cast<int>(settings.integer("time.points"));
    config.entropy = settings.choice<EntropyKind>("time.entropy");
    config.substeps = static_cast<int>(settings.integer("time.substeps"));
    config.clone_times = settings.reals("clones.times");
    config.pairs = settings.integer("clones.pairs");
    config.copies = static_cast<int>(settings.integer("clones.copies"));
    config.overlap_path = settings.text("clones.overlap") == "path";
}

void resolve_times(Settings& settings, const Config& config) {
    const dynamics::Schedule schedule(config.process, config.limits);
    settings.replace("process.t-min", to_text(schedule.t_min().value));
    settings.replace("process.t-max", to_text(schedule.t_max().value));
}

// Judged by check_target: an error of 0 is none.
std::optional<Config::Goal> goal_of(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto colon = text.rfind(':');
    const auto error = colon == std::string::npos ? std::nullopt : parse_real(text.substr(colon + 1));
    return Config::Goal{text.substr(0, colon), error.value_or(0.0)};
}

void fill_ensemble(const Settings& settings, Config& config) {
    config.trajectories = settings.integer("ensemble.trajectories");
    if (!settings.automatic("ensemble.batch")) config.batch = settings.integer("ensemble.batch");
    config.target = goal_of(settings.text("ensemble.target"));
    config.seed = settings.integer("ensemble.seed");
    config.direction = settings.choice<measure::Direction>("ensemble.direction");
    config.integrator = settings.choice<dynamics::IntegratorKind>("ensemble.integrator");
    config.representation = settings.choice<RepresentationChoice>("ensemble.representation");
    config.start = settings.choice<StartKind>("ensemble.start");
    config.coupling = settings.choice<measure::Coupling>("ensemble.coupling");
    config.observables = settings.texts("observe.observables");
    config.batch_moments = settings.flag("observe.batch-moments");
    config.paths = settings.integer("observe.paths");
    config.states = settings.flag("observe.states");
    config.histograms = settings.texts("observe.histograms");
    config.tangents = static_cast<int>(settings.integer("observe.tangents"));
    config.eigenvalues = static_cast<int>(settings.integer("observe.eigenvalues"));
    config.bifurcation = settings.choice<BifurcationChoice>("bifurcation.drift");
    config.bifurcation_operations = settings.real("bifurcation.operations");
    config.output = settings.text("output.file");
    config.precision = settings.choice<dynamics::Precision>("run.precision");
    config.data_shards = static_cast<int>(settings.integer("run.data-shards"));
    config.data_folder = settings.text("run.data-folder");
    config.resume = settings.choice<ResumeChoice>("run.resume");
    config.checkpoint = settings.text("run.checkpoint");
    if (config.checkpoint.empty())
        config.checkpoint = config.output + ".checkpoint";
    else if (config.checkpoint == "none")
        config.checkpoint.clear();
    config.walltime = settings.real("run.walltime");
    config.checkpoint_interval = settings.real("run.checkpoint-interval");
    config.grace = settings.real("run.grace");
}

// After t-min and t-max are known.
void fill_guidance(const Settings& settings, Config& config) {
    if (settings.text("guidance.class").empty()) return;
    const auto interval = settings.reals("guidance.interval");
    const bool always = interval.size() < 2;
    config.guidance = {.label = settings.label("guidance.class"),
                       .weight = settings.real("guidance.weight"),
                       .from = always ? settings.real("process.t-min") : interval[0],
                       .to = always ? settings.real("process.t-max") : interval[1]};
}

// In a list of keys and values, constant or not.
auto& entry_of(auto& entries, const std::string& key) {
    const auto entry = std::ranges::find(entries, key, &std::pair<std::string, std::string>::first);
    if (entry == entries.end()) throw std::logic_error("no key " + key);
    return *entry;
}

}  // namespace

const std::string& Config::value(const std::string& key) const { return entry_of(resolved, key).second; }

void Config::set_resolved(const std::string& key, const std::string& text) {
    entry_of(resolved, key).second = text;
}

Config read_config(const std::string& file, const std::vector<std::string>& arguments) {
    Settings settings = read_settings(file, arguments);
    Config config;
    fill_model(settings, config);
    fill_times(settings, config);
    fill_ensemble(settings, config);
    fill_landscape(settings, config);
    check_model(settings, config);
    check_times(settings, config);
    check_ensemble(settings, config);
    check_realisations(settings, config);
    check_bifurcation(settings, config);
    check_target(settings, config);
    resolve_model(settings, config.model);
    resolve_times(settings, config);
    fill_guidance(settings, config);
    check_guidance(settings, config);
    check_files(config, file);
    config.resolved = settings.all();
    return config;
}

}  // namespace kairos::app
