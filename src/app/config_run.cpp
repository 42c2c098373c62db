// Contradictions about times, the ensemble, and what is observed.
#include <algorithm>
#include <limits>

#include "kairos/app/config.hpp"
#include "kairos/app/options.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/spelling.hpp"
#include "kairos/phases/clones.hpp"

namespace kairos::app {
namespace {

using dynamics::GridKind;
using measure::Direction;

void check_inside(const std::string& key, const std::string& value, const std::vector<double>& times,
                  const dynamics::Schedule& schedule) {
    const double low = schedule.t_min().value, high = schedule.t_max().value;
    for (const double t : times) {
        if (t >= low && t <= high) continue;
        throw ConfigError(
            key, value, "has t = " + to_text(t) + ", outside the process",
            "times from process.t-min = " + to_text(low) + " to process.t-max = " + to_text(high), "");
    }
}

void check_list(const Settings& settings, const Config& config) {
    const std::string& list = settings.text("time.list");
    if (config.list.empty()) {
        if (config.grid != GridKind::list) return;
        throw ConfigError("time.list", "", "is missing for time.grid = list",
                          "ascending times separated by commas", "Try --time.list=T1,T2.");
    }
    if (config.grid != GridKind::list) {
        throw ConfigError("time.grid", settings.text("time.grid"), "contradicts time.list = " + list,
                          "list, where time.list is given", "Try --time.grid=list.");
    }
    if (std::ranges::adjacent_find(config.list, std::greater_equal<>()) != config.list.end()) {
        throw ConfigError("time.list", list, "does not ascend", "times in strictly ascending order", "");
    }
}

void check_entropy(const Settings& settings, const Config& config) {
    if (config.entropy == EntropyKind::data) return;
    const std::string& value = settings.text("time.entropy");
    if (config.grid != GridKind::entropic) {
        throw ConfigError(
            "time.entropy", value, "has no meaning for time.grid = " + settings.text("time.grid"),
            "time.entropy with time.grid = entropic", "Leave it out, or try --time.grid=entropic.");
    }
    if (config.model.components == 1) {
        throw ConfigError("time.entropy", value,
                          "needs classes, but data.model = " + settings.text("data.model") + " has none",
                          "data", "Try --time.entropy=data.");
    }
}

// Steps are numbered with 32 bits.
void check_steps(const Config& config) {
    const double steps = (static_cast<double>(config.points) - 1) * config.substeps;
    if (steps <= std::numeric_limits<std::uint32_t>::max()) return;
    throw ConfigError("time.substeps", std::to_string(config.substeps),
                      "makes " + to_text(steps) + " steps of a trajectory",
                      "at most 4294967295 steps: (points - 1) * substeps", "");
}

void check_clones(const Settings& settings, const Config& config, const dynamics::Schedule& schedule) {
    if (config.clone_times.empty()) return;
    const std::string& value = settings.text("clones.times");
    if (config.direction != Direction::reverse) {
        throw ConfigError("clones.times", value, "needs ensemble.direction = reverse",
                          "no clones with ensemble.direction = " + settings.text("ensemble.direction"),
                          "Leave clones.times out.");
    }
    check_inside("clones.times", value, config.clone_times, schedule);
    if (config.clone_times.size() > phases::most_branch_times)
        throw ConfigError("clones.times", std::to_string(config.clone_times.size()) + " times",
                          "are too many: each has noise of its own",
                          "at most " + std::to_string(phases::most_branch_times) + " branching times",
                          "Branch at fewer times, or in several runs.");
    const bool steps = config.integrator != dynamics::IntegratorKind::exact || config.overlap_path;
    if (steps && static_cast<double>(config.points) * config.substeps > phases::most_clone_steps)
        throw ConfigError(
            "time.points", std::to_string(config.points),
            "makes too many steps of a clone with time.substeps = " + std::to_string(config.substeps),
            "points * substeps up to " + to_text(phases::most_clone_steps) + " with clones",
            "Take fewer steps, or leave clones.times out.");
}

void check_direction(const Settings& settings, const Config& config) {
    if (config.direction == Direction::reverse) return;
    const auto refuse = [&](const std::string& key, bool wrong, const std::string& allowed) {
        if (!wrong) return;
        const std::string direction = settings.text("ensemble.direction");
        throw ConfigError(key, settings.text(key), "has no meaning for ensemble.direction = " + direction,
                          allowed + " with ensemble.direction = " + direction,
                          "Try --ensemble.direction=reverse.");
    };
    refuse("ensemble.integrator", config.integrator != dynamics::IntegratorKind::exact, "exact");
    refuse("ensemble.start", config.start != StartKind::marginal, "marginal");
    refuse("observe.tangents", config.tangents > 0, "0");
}

void check_coupling(const Settings& settings, const Config& config) {
    if (config.coupling == measure::Coupling::independent || config.direction == Direction::marginal) return;
    const std::string direction = settings.text("ensemble.direction");
    throw ConfigError("ensemble.coupling", settings.text("ensemble.coupling"),
                      "has no meaning for ensemble.direction = " + direction,
                      "independent with ensemble.direction = " + direction,
                      "Try --ensemble.direction=marginal.");
}

void check_tangents(const Config& config) {
    if (config.tangents == 0) return;
    const std::string value = std::to_string(config.tangents);
    if (config.integrator == dynamics::IntegratorKind::exact) {
        throw ConfigError("observe.tangents", value,
                          "needs steps, but ensemble.integrator = exact jumps from time to time",
                          "0 with ensemble.integrator = exact", "Try --ensemble.integrator=heun.");
    }
    const bool from_file = !config.file.empty() && !config.dimension_given;
    if (!from_file && config.tangents > config.model.dimension) {
        throw ConfigError("observe.tangents", value,
                          "is above data.dimension = " + to_text(config.model.dimension),
                          "an integer from 0 to data.dimension", "");
    }
}

// What is for data is refused without any.
void check_data(const Config& config) {
    if (config.samples > 0 || config.model.kind == law::ModelKind::dataset_file) return;
    const std::string without = " without data.samples or data.model = dataset-file";
    if (config.data_shards != 1)
        throw ConfigError("run.data-shards", std::to_string(config.data_shards),
                          "divides data, and this law is a population without any", "1" + without,
                          "Leave run.data-shards out.");
    if (!config.data_folder.empty())
        throw ConfigError("run.data-folder", config.data_folder,
                          "is for data, and this law is a population without any", "nothing" + without,
                          "Leave run.data-folder out.");
}

// Whether the configuration permits an observable is judged once the law is known; here its name alone.
void check_names(const std::string& key, const Settings& settings, bool scalars,
                 std::vector<std::string> words) {
    for (const measure::Observable& observable : measure::observable_table()) {
        if (!scalars || observable.axis == measure::Axis::none) words.push_back(observable.name);
    }
    for (const std::string& name : settings.texts(key)) {
        if (std::ranges::find(words, name) != words.end()) continue;
        const bool vector = measure::find_observable(name) != nullptr;
        const std::string nearest = vector ? "" : nearest_spelling(name, words);
        throw ConfigError(
            key, settings.text(key),
            vector ? "holds " + name + ", which is no scalar" : "holds " + name + ", which is not known",
            joined(words, " | "), nearest.empty() ? "" : "Nearest: " + nearest + ".");
    }
}

}  // namespace

void check_times(const Settings& settings, const Config& config) {
    const dynamics::Schedule schedule(config.process, config.limits);
    check_list(settings, config);
    check_inside("time.list", settings.text("time.list"), config.list, schedule);
    check_entropy(settings, config);
    check_steps(config);
    check_clones(settings, config, schedule);
}

void check_ensemble(const Settings& settings, const Config& config) {
    check_direction(settings, config);
    check_coupling(settings, config);
    check_tangents(config);
    if (config.states && config.paths == 0) {
        throw ConfigError("observe.states", "true", "needs paths to keep the states of",
                          "false with observe.paths = 0", "Try --observe.paths=1.");
    }
    check_data(config);
    check_names("observe.observables", settings, false, {"default", "all"});
    check_names("observe.histograms", settings, true, {});
}

}  // namespace kairos::app
