// What ensemble.target asks for, before the law is known.
#include <cmath>

#include "kairos/app/config.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"
#include "kairos/base/spelling.hpp"

namespace kairos::app {

void check_target(const Settings& settings, const Config& config) {
    if (!config.target) return;
    const std::string& value = settings.text("ensemble.target");
    const std::string allowed = "OBSERVABLE:ERROR, as in class_entropy:0.001";
    if (!(config.target->error > 0) || !std::isfinite(config.target->error))
        throw ConfigError("ensemble.target", value, "does not end in a colon and a standard error above 0",
                          allowed, "");
    if (measure::find_observable(config.target->observable) == nullptr) {
        std::vector<std::string> names;
        for (const auto& observable : measure::observable_table()) names.push_back(observable.name);
        const std::string nearest = nearest_spelling(config.target->observable, names);
        throw ConfigError("ensemble.target", value, "names no observable", allowed,
                          nearest.empty() ? "" : "Nearest: " + nearest + ".");
    }
    if (config.realisations > 1)
        throw ConfigError("ensemble.target", value,
                          "needs one law, but data.realisations = " + std::to_string(config.realisations),
                          "ensemble.target with data.realisations = 1", "Leave one of them out.");
}

}  // namespace kairos::app
