#include "kairos/phases/speciation.hpp"

#include <cmath>
#include <limits>

#include "kairos/phases/theory.hpp"
#include "population.hpp"
#include "stability.hpp"

namespace kairos::phases {
namespace {

using dynamics::Schedule;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double clone_level = 0.775;

double spectral_time(const law::Law& law, const Schedule& schedule) {
    const double top = law::top_data_variance(population_of(law));
    if (!(top > 0.0)) return nan;
    if (schedule.kind() == dynamics::ScheduleKind::ou) return top > 1.0 ? 0.5 * std::log(top) : nan;
    return time_in_domain(schedule, -std::log(top));
}

// Known without a run and without t_min, t_max.
std::map<std::string, double> closed_forms(const law::Law& law, const Schedule& schedule) {
    std::map<std::string, double> times;
    times["speciation_spectral"] = spectral_time(law, schedule);
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

std::map<std::string, CriticalTime> measured(const Schedule& schedule, std::span<const Time> times,
                                             const BatchCurves& curves) {
    std::map<std::string, CriticalTime> found;
    std::vector<double> factor;
    for (const Time t : times) factor.push_back(per_log_snr(schedule.at(t)));
    const CurveValue rate = [&](const measure::Moments& moments, std::size_t i) {
        return moments.mean * factor[i];
    };

    if (const auto collision = curves("class_collision"); !collision.empty())
        found["speciation_clones"] = crossing(schedule, times, collision, mean_of, clone_level);
    if (const auto rates = curves("class_entropy_rate"); !rates.empty())
        found["speciation_entropy_rate"] = peak(schedule, times, rates, rate);
    if (const auto entropy = curves("class_entropy"); !entropy.empty())
        found["speciation_entropy_variance"] = peak(schedule, times, entropy, variance_of);
    if (const auto order = curves("potts_order_parameter"); !order.empty())
        found["speciation_potts_variance"] = peak(schedule, times, order, variance_of);
    return found;
}

}  // namespace

std::map<std::string, CriticalTime> speciation(const law::Law& law, const Schedule& schedule,
                                               std::span<const Time> times, const BatchCurves& curves) {
    std::map<std::string, CriticalTime> found;
    if (law.mixture.labels.any()) found = measured(schedule, times, curves);
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
