// Contradictions about classifier-free guidance. Whether the class exists is known once the law is: setup.cpp.
#include <utility>

#include "kairos/app/config.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

// A value that means nothing may be given: that of /config of a result.
void check_alone(const Settings& settings) {
    const bool weight = settings.real("guidance.weight") != 0.0;
    const bool interval = !settings.text("guidance.interval").empty();
    for (const auto& [key, given] :
         {std::pair("guidance.weight", weight), std::pair("guidance.interval", interval)})
        if (given)
            throw ConfigError(key, settings.text(key), "needs a class to guide to",
                              "nothing without guidance.class", "Give --guidance.class=LABEL.");
}

void check_interval(const Settings& settings, const Config::Guide& guide) {
    const auto interval = settings.reals("guidance.interval");
    if (interval.empty()) return;
    const std::string& value = settings.text("guidance.interval");
    if (interval.size() != 2 || !(interval[0] < interval[1]))
        throw ConfigError("guidance.interval", value, "is no interval", "two times t1,t2 with t1 < t2",
                          "For example --guidance.interval=0.5,3.");
    const double t_min = settings.real("process.t-min"), t_max = settings.real("process.t-max");
    if (guide.to < t_min || guide.from > t_max)
        throw ConfigError(
            "guidance.interval", value, "lies outside the times of the process",
            "times between process.t-min = " + to_text(t_min) + " and process.t-max = " + to_text(t_max),
            "Or leave guidance.interval out: guidance then acts always.");
}

}  // namespace

void check_guidance(const Settings& settings, const Config& config) {
    if (!config.guidance) return check_alone(settings);
    const std::string& value = settings.text("guidance.class");
    if (config.direction != measure::Direction::reverse)
        throw ConfigError("guidance.class", value, "guides generation, and this run does not generate",
                          "empty with ensemble.direction = " + settings.text("ensemble.direction"),
                          "Try --ensemble.direction=reverse.");
    if (config.integrator == dynamics::IntegratorKind::exact)
        throw ConfigError(
            "guidance.class", value,
            "pulls the score, and ensemble.integrator = exact draws from the posterior without a score",
            "empty with ensemble.integrator = exact", "Try --ensemble.integrator=heun.");
    if (config.tangents > 0)
        throw ConfigError("guidance.class", value, "changes the drift that tangents follow",
                          "empty with observe.tangents > 0", "Leave observe.tangents out.");
    check_interval(settings, *config.guidance);
}

}  // namespace kairos::app
