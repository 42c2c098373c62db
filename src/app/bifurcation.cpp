#include "kairos/app/bifurcation.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

constexpr const char* drift_key = "bifurcation.drift";

std::string counted(Index count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// Branches and how many events of each kind.
std::string heading(phases::Drift drift, const phases::Bifurcations& diagram) {
    std::map<phases::BifurcationKind, Index> kinds;
    for (const auto& event : diagram.events) ++kinds[event.kind];
    std::string text = std::string("bifurcations (") + phases::name(drift) + ")   " +
                       std::to_string(diagram.branches) + (diagram.branches == 1 ? " branch" : " branches");
    for (const auto& [kind, count] : kinds) text += ", " + counted(count, phases::name(kind));
    return text + (diagram.complete ? "" : "; the search ended at its bound, bifurcation.operations") + "\n";
}

}  // namespace

std::vector<phases::Drift> drifts_of(const Config& config) {
    switch (config.bifurcation) {
        case BifurcationChoice::none:
            return {};
        case BifurcationChoice::sde:
            return {phases::Drift::sde};
        case BifurcationChoice::ode:
            return {phases::Drift::ode};
        case BifurcationChoice::both:
            break;
    }
    return {phases::Drift::sde, phases::Drift::ode};
}

void require_traceable(const Config& config, const law::Law& law) {
    if (config.bifurcation == BifurcationChoice::none) return;
    const Index components = law.mixture.components();
    if (components > phases::most_components_traced)
        throw ConfigError(drift_key, config.value(drift_key),
                          "asks for the fixed points of " + std::to_string(components) +
                              (law.empirical ? " data" : " components"),
                          "none for laws of more than " + std::to_string(phases::most_components_traced) +
                              " components or data",
                          "Use fewer data, or leave bifurcation.drift out.");
    const Index coordinates = phases::traced_law(law).mixture.coordinates();
    if (coordinates > phases::most_coordinates_traced)
        throw ConfigError(drift_key, config.value(drift_key),
                          "asks for fixed points in " + counted(coordinates, "coordinate"),
                          "none where the law keeps more than " +
                              std::to_string(phases::most_coordinates_traced) +
                              " coordinates after its reduction",
                          "Leave bifurcation.drift out.");
}

Diagrams trace_bifurcations(const Setup& setup, const std::function<void()>& check) {
    Diagrams diagrams;
    for (const phases::Drift drift : drifts_of(setup.config))
        diagrams.emplace_back(drift, phases::find_bifurcations(*setup.law, setup.schedule, drift, check,
                                                               setup.config.bifurcation_operations));
    return diagrams;
}

std::string bifurcation_plan(const Setup& setup) {
    if (setup.config.bifurcation == BifurcationChoice::none) return "";
    const law::Mixture mixture = phases::traced_law(*setup.law).mixture;
    std::vector<std::string> names;
    for (const phases::Drift drift : drifts_of(setup.config)) names.emplace_back(phases::name(drift));
    return "bifurcations       " + joined(names, ", ") + ": fixed points of " +
           (setup.law->empirical ? std::to_string(mixture.components()) + " data"
                                 : counted(mixture.components(), "component")) +
           " in " + counted(mixture.coordinates(), "coordinate") + ", traced by every rank\n";
}

std::string bifurcation_table(const Diagrams& diagrams) {
    constexpr std::size_t most_lines = 12;
    std::string text;
    for (const auto& [drift, diagram] : diagrams) {
        text += heading(drift, diagram);
        const std::size_t shown = std::min(most_lines, diagram.events.size());
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& event = diagram.events[diagram.events.size() - 1 - i];
            char line[80];
            std::snprintf(line, sizeof line, "  %-30s %.8g\n", phases::name(event.kind), event.time.value);
            text += line;
        }
        if (shown < diagram.events.size())
            text += "  and " + std::to_string(diagram.events.size() - shown) + " more at earlier times\n";
    }
    return text.empty() ? text : text + "\n";
}

}  // namespace kairos::app
