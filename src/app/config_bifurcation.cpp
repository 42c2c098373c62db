// Contradictions about the fixed points of the drift; what depends on the law of a file is judged once that is read.
#include "kairos/app/config.hpp"
#include "kairos/base/error.hpp"
#include "kairos/phases/bifurcation.hpp"

namespace kairos::app {

void check_bifurcation(const Settings& settings, const Config& config) {
    if (config.bifurcation == BifurcationChoice::none) return;
    const std::string& value = settings.text("bifurcation.drift");
    if (config.realisations > 1)
        throw ConfigError("bifurcation.drift", value,
                          "traces the fixed points of one law, but data.realisations = " +
                              std::to_string(config.realisations),
                          "none with data.realisations above 1", "Try --data.realisations=1.");
    const bool data = config.samples > 0;
    const Index components = data ? config.samples : config.model.components;
    if (components <= phases::most_components_traced) return;
    throw ConfigError(
        "bifurcation.drift", value,
        "asks for the fixed points of " + std::to_string(components) + (data ? " data" : " components"),
        "none for laws of more than " + std::to_string(phases::most_components_traced) +
            " components or data",
        data ? "Try --data.samples=" + std::to_string(phases::most_components_traced) + "."
             : "Leave bifurcation.drift out.");
}

}  // namespace kairos::app
