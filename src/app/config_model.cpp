// Contradictions about the data.
#include <algorithm>

#include "kairos/app/config.hpp"
#include "kairos/app/options.hpp"
#include "kairos/app/text.hpp"

namespace kairos::app {
namespace {

using law::ModelKind;
using enum ModelKind;

struct Ownership {
    std::string key;
    std::vector<ModelKind> models;  // that read the key
};

std::vector<Ownership> ownerships() {
    const std::vector<ModelKind> files = {mixture_file, dataset_file};
    const std::vector<ModelKind> separated = {two_clusters, simplex,           random_clusters,
                                              hierarchical, unequal_variances, corners};
    std::vector<ModelKind> named = separated;
    named.insert(named.end(), {low_rank, gaussian_process});
    std::vector<ModelKind> with_components = named;
    with_components.push_back(mixture_file);
    return {
        {"data.components", with_components},
        {"data.separation", separated},
        {"data.sigma", named},
        {"data.weights", named},
        {"data.levels", {hierarchical}},
        {"data.branching", {hierarchical}},
        {"data.separations", {hierarchical}},
        {"data.rank", {low_rank}},
        {"data.residual-sigma", {low_rank}},
        {"data.kernel", {gaussian_process}},
        {"data.length-scale", {gaussian_process}},
        {"data.file", files},
        {"data.crc32", files},
        {"data.dataset", {dataset_file}},
        {"data.labels", files},
    };
}

std::string model_name(ModelKind kind) {
    return find_option("data.model")->choices[static_cast<std::size_t>(kind)];
}

// A key that the model does not read, unless it says what the default says.
void refuse_foreign_keys(const Settings& settings, ModelKind model) {
    for (const Ownership& owner : ownerships()) {
        const std::string& value = settings.text(owner.key);
        if (std::ranges::find(owner.models, model) != owner.models.end()) continue;
        if (!settings.given(owner.key) || value == find_option(owner.key)->standard) continue;
        std::vector<std::string> names;
        for (const ModelKind kind : owner.models) names.push_back(model_name(kind));
        throw ConfigError(owner.key, value, "has no meaning for data.model = " + model_name(model),
                          owner.key + " with data.model = " + joined(names, " | "),
                          "Leave " + owner.key + " out.");
    }
}

[[noreturn]] void refuse_count(const std::string& key, const std::string& value, const std::string& reason,
                               const std::string& allowed) {
    throw ConfigError(key, value, reason, allowed, "");
}

void check_component_count(const Settings& settings, const law::ModelSpec& model) {
    const std::string name = model_name(model.kind);
    Index fixed = 0;  // K that the model fixes
    if (model.kind == two_clusters) fixed = 2;
    if (model.kind == low_rank || model.kind == gaussian_process) fixed = 1;
    if (model.kind == hierarchical) {
        fixed = 1;
        for (int level = 0; level < model.levels; ++level) fixed *= model.branching;
    }
    if (fixed > 0 && model.components != fixed) {
        refuse_count("data.components", settings.text("data.components"), "contradicts data.model = " + name,
                     std::to_string(fixed) + (model.kind == hierarchical ? " (branching^levels)" : ""));
    }
    const auto needed = static_cast<double>(model.components) - 1;  // dimensions that the means span
    const bool spanning = model.kind == simplex || model.kind == unequal_variances;
    if (spanning && needed > model.dimension) {
        refuse_count(
            "data.components", std::to_string(model.components),
            "is too many for data.model = " + name + " in " + to_text(model.dimension) + " dimensions",
            "at most dimension + 1");
    }
    if (model.kind == hierarchical && needed > model.dimension) {
        refuse_count("data.dimension", to_text(model.dimension),
                     "is too small for a tree of " + std::to_string(model.components) + " leaves",
                     "at least branching^levels - 1 = " + to_text(needed));
    }
}

// Lists with one entry a component or level. A file's component count is not known yet.
void check_list_lengths(const Settings& settings, const law::ModelSpec& model) {
    if (model.kind == mixture_file || model.kind == dataset_file) return;
    const auto components = static_cast<std::size_t>(model.components);
    const std::string each = " numbers, one per component";
    if (model.sigma.size() != 1 && model.sigma.size() != components) {
        refuse_count("data.sigma", settings.text("data.sigma"),
                     "has " + std::to_string(model.sigma.size()) + " numbers",
                     components == 1 ? "one number" : "one number, or " + std::to_string(components) + each);
    }
    if (!model.weights.empty() && model.weights.size() != components) {
        refuse_count("data.weights", settings.text("data.weights"),
                     "has " + std::to_string(model.weights.size()) + " numbers",
                     std::to_string(components) + each);
    }
    const std::size_t levels = model.separations.size();
    if (model.kind == hierarchical && levels != 0 && levels != static_cast<std::size_t>(model.levels)) {
        refuse_count("data.separations", settings.text("data.separations"),
                     "has " + std::to_string(levels) + " numbers",
                     std::to_string(model.levels) + " numbers, one per level");
    }
}

void check_rank(const law::ModelSpec& model) {
    if (model.kind != low_rank || static_cast<double>(model.rank) <= model.dimension) return;
    throw ConfigError("data.rank", std::to_string(model.rank),
                      "is above data.dimension = " + to_text(model.dimension),
                      "an integer from 1 to data.dimension", "");
}

void check_file_keys(const Config& config) {
    const ModelKind kind = config.model.kind;
    if (kind != mixture_file && kind != dataset_file) return;
    const auto require = [&](const std::string& key, const std::string& value, const std::string& mend) {
        if (value.empty())
            throw ConfigError(key, "", "is missing for data.model = " + model_name(kind), "a name", mend);
    };
    require("data.file", config.file, "Try --data.file=NAME.h5.");
    if (kind == mixture_file) return;
    require("data.dataset", config.dataset, "Try --data.dataset=NAME.");
    if (config.samples == 0) return;
    throw ConfigError("data.samples", std::to_string(config.samples),
                      "contradicts data.model = dataset-file, whose points are given", "0",
                      "Leave data.samples out.");
}

void check_class_level(const Config& config) {
    std::size_t levels = 1;
    if (config.model.kind == hierarchical) levels = static_cast<std::size_t>(config.model.levels);
    if (!config.labels.empty()) levels = config.labels.size();
    if (config.model.class_level < levels) return;
    throw ConfigError("data.class-level", std::to_string(config.model.class_level + 1),
                      "is not a level of these data",
                      levels == 1 ? "1" : "an integer from 1 to " + std::to_string(levels), "");
}

}  // namespace

void check_model(const Settings& settings, const Config& config) {
    refuse_foreign_keys(settings, config.model.kind);
    check_component_count(settings, config.model);
    check_list_lengths(settings, config.model);
    check_rank(config.model);
    check_file_keys(config);
    check_class_level(config);
}

}  // namespace kairos::app
