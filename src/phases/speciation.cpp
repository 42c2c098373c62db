#include "kairos/phases/speciation.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/base/array.hpp"
#include "kairos/law/class_alone.hpp"
#include "kairos/phases/theory.hpp"
#include "population.hpp"
#include "stability.hpp"

namespace kairos::phases {
namespace {

using dynamics::Schedule;

constexpr double clone_level = 0.775;

double spectral_time(double top, const Schedule& schedule) {
    if (!(top > 0.0)) return nan;
    if (schedule.kind() == dynamics::ScheduleKind::ou) return top > 1.0 ? 0.5 * std::log(top) : nan;
    return time_in_domain(schedule, -std::log(top));
}

// The largest variance of the data that are left once the level above is known: what the classes of this level part along.
double top_variance_within(const law::Mixture& population, std::size_t level) {
    if (level == 0) return law::top_data_variance(population);
    double top = 0.0;
    for (int c = 0; c < population.labels.levels[level - 1].classes(); ++c)
        top = std::max(top, law::top_data_variance(law::class_alone(population, level - 1, c)));
    return top;
}

// Known without a run and without t_min, t_max.
std::map<std::string, double> closed_forms(const law::Law& law, const Schedule& schedule) {
    std::map<std::string, double> times;
    const law::Mixture& population = population_of(law);
    times["speciation_spectral"] = spectral_time(law::top_data_variance(population), schedule);
    for (std::size_t l = 0; population.labels.levels.size() > 1 && l < population.labels.levels.size(); ++l)
        times[std::string("speciation_spectral_level_").append(std::to_string(l + 1))] =
            spectral_time(top_variance_within(population, l), schedule);
    if (law.two_clusters) {
        times["speciation_stability"] = stability_loss(*law.two_clusters, schedule, Drift::sde);
        times["speciation_stability_ode"] = stability_loss(*law.two_clusters, schedule, Drift::ode);
    }
    return times;
}

// d/d(log snr) = -(sigma^2/g^2) d/dt
double per_log_snr(const dynamics::TimePoint& at) { return at.sigma2 / at.diffusion2; }

// Roots and peaks of the class theory between t_min and t_max.
std::map<std::string, double> class_predictions(const law::Law& law, const Schedule& schedule) {
    const ClassTheoryOf theory = class_theory(law);
    if (!theory) return {};
    const auto collision = [&](Time t) { return theory(schedule.at(t)).collision; };
    const auto rate = [&](Time t) {
        const dynamics::TimePoint at = schedule.at(t);
        return theory(at).entropy_rate * per_log_snr(at);
    };
    const auto variance = [&](Time t) { return theory(schedule.at(t)).entropy_variance; };
    return {{"speciation_clones", exact_crossing(schedule, collision, clone_level)},
            {"speciation_entropy_rate", exact_peak(schedule, rate)},
            {"speciation_entropy_variance", exact_peak(schedule, variance)}};
}

// Whose curves: those of the classes, or of one level's classes within the classes of the level above.
struct Source {
    std::string collision, rate, entropy, suffix;
    [[nodiscard]] std::string transition(const char* name) const { return std::string(name) + suffix; }
};

std::vector<Source> sources(const law::Labels& labels) {
    std::vector<Source> all{{"class_collision", "class_entropy_rate", "class_entropy", ""}};
    for (std::size_t l = 0; labels.levels.size() > 1 && l < labels.levels.size(); ++l) {
        const auto component = [l](const char* name) {
            return std::string(name).append("/").append(std::to_string(l));
        };
        all.push_back({component("level_split_collision"), component("level_split_rate"),
                       component("level_split_entropy"),
                       std::string("_level_").append(std::to_string(l + 1))});
    }
    return all;
}

std::map<std::string, CriticalTime> measured(const Schedule& schedule, std::span<const Time> times,
                                             const BatchCurves& curves, const Source& source) {
    std::map<std::string, CriticalTime> found;
    std::vector<double> factor;
    for (const Time t : times) factor.push_back(per_log_snr(schedule.at(t)));
    const CurveValue rate = [&](const measure::Moments& moments, std::size_t i) {
        return moments.mean * factor[i];
    };

    if (const auto collision = curves(source.collision); !collision.empty())
        found[source.transition("speciation_clones")] =
            crossing(schedule, times, collision, mean_of, clone_level);
    if (const auto rates = curves(source.rate); !rates.empty())
        found[source.transition("speciation_entropy_rate")] = peak(schedule, times, rates, rate);
    if (const auto entropy = curves(source.entropy); !entropy.empty())
        found[source.transition("speciation_entropy_variance")] = peak(schedule, times, entropy, variance_of);
    return found;
}

}  // namespace

std::map<std::string, CriticalTime> speciation(const law::Law& law, const Schedule& schedule,
                                               std::span<const Time> times, const BatchCurves& curves) {
    std::map<std::string, CriticalTime> found;
    if (law.mixture.labels.any()) {
        for (const Source& source : sources(law.mixture.labels))
            found.merge(measured(schedule, times, curves, source));
        if (const auto order = curves("potts_order_parameter"); !order.empty())
            found["speciation_potts_variance"] = peak(schedule, times, order, variance_of);
    }
    if (!found.empty())
        for (const auto& [name, time] : class_predictions(law, schedule))
            if (const auto entry = found.find(name); entry != found.end()) entry->second.theory = time;
    for (const auto& [name, time] : closed_forms(law, schedule))
        found[name] = {.time = time,
                       .standard_error = std::isfinite(time) ? 0.0 : nan,
                       .ci95_low = time,
                       .ci95_high = time,
                       .theory = time};
    return found;
}

std::map<std::string, double> predicted_speciation(const law::Law& law, const Schedule& schedule) {
    std::map<std::string, double> times = closed_forms(law, schedule);
    times.merge(class_predictions(law, schedule));
    std::erase_if(times, [](const auto& entry) { return !std::isfinite(entry.second); });
    return times;
}

}  // namespace kairos::phases
