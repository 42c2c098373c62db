// Contradictions about the realisations of the quenched disorder.
#include <limits>

#include "kairos/app/config.hpp"
#include "kairos/base/error.hpp"
#include "kairos/parallel/batch_plan.hpp"

namespace kairos::app {
namespace {

// Why every data.seed gives one and the same law; empty where it does not.
std::string no_disorder(const Settings& settings, const Config& config) {
    if (config.has_disorder()) return {};
    const std::string model = "data.model = " + settings.text("data.model");
    switch (config.model.kind) {
        case law::ModelKind::low_rank:
            return model + " draws no directions unless ensemble.representation = full";
        case law::ModelKind::mixture_file:
        case law::ModelKind::dataset_file:
            return model + " is what the file says";
        default:
            return model + " without data.samples is the same for every data.seed";
    }
}

void check_disorder(const Settings& settings, const Config& config) {
    const std::string reason = no_disorder(settings, config);
    if (reason.empty()) return;
    throw ConfigError("data.realisations", settings.text("data.realisations"),
                      "has no quenched disorder to draw: " + reason, "1 without disorder",
                      config.model.kind == law::ModelKind::dataset_file
                          ? "Leave data.realisations out."
                          : "Try --data.samples=1000, or data.model = random-clusters.");
}

// Seeds are the labels of the axis /realisation, which holds signed integers.
void check_seeds(const Settings& settings, const Config& config) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (config.model.seed <= most - (config.realisations - 1)) return;
    throw ConfigError("data.seed", settings.text("data.seed"),
                      "leaves no seeds for data.realisations = " + std::to_string(config.realisations),
                      "data.seed + data.realisations up to 2^63", "Lower data.seed.");
}

// Every realisation has axes of its own.
void check_landscape(const Settings& settings, const Config& config) {
    if (config.landscape_bins == 0) return;
    throw ConfigError(
        "landscape.bins", settings.text("landscape.bins"),
        "is of one law, and data.realisations = " + std::to_string(config.realisations) + " have as many",
        "0 with data.realisations > 1", "Run the realisations one by one (data.seed).");
}

void check_enough(const Settings& settings, const Config& config) {
    const parallel::BatchPlan batches(config.trajectories, config.batch);
    if (batches.count() < config.realisations)
        throw ConfigError("data.realisations", settings.text("data.realisations"),
                          "is more than the " + std::to_string(batches.count()) + " batches of " +
                              std::to_string(batches.size()) +
                              " trajectories, and a realisation takes whole batches",
                          "at most ensemble.trajectories/ensemble.batch",
                          "Raise ensemble.trajectories or lower ensemble.batch.");
    if (!config.clone_times.empty() && config.pairs < config.realisations)
        throw ConfigError("clones.pairs", settings.text("clones.pairs"),
                          "is fewer than data.realisations = " + std::to_string(config.realisations),
                          "at least one pair a realisation", "Raise clones.pairs.");
}

}  // namespace

bool Config::random_means() const {
    return model.kind == law::ModelKind::random_clusters || model.kind == law::ModelKind::corners;
}

bool Config::has_disorder() const {
    const bool directions =
        model.kind == law::ModelKind::low_rank && representation == RepresentationChoice::full;
    return samples > 0 || random_means() || directions;
}

void check_realisations(const Settings& settings, const Config& config) {
    if (config.realisations == 1) return;
    check_disorder(settings, config);
    check_seeds(settings, config);
    check_enough(settings, config);
    check_landscape(settings, config);
}

}  // namespace kairos::app
