#include "kairos/app/observation_times.hpp"

#include <algorithm>
#include <bit>

#include "kairos/app/run_loop.hpp"
#include "kairos/base/error.hpp"
#include "kairos/phases/theory.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::app {
namespace {

constexpr int theory_points = 2049;  // interpolation error of the inverse below 1e-6 relative
constexpr int pilot_points = 129;

// A seed of the pilot's own, so that it shares no noise with the ensemble.
std::uint64_t pilot_seed(std::uint64_t seed) {
    double u = 0;
    random::fill_uniforms({seed, random::Purpose::pilot}, TrajectoryId{0}, StepId{0}, {&u, 1});
    return std::bit_cast<std::uint64_t>(u);
}

// Enough paths for a smooth curve, fewer where one costs much; from the law alone, never from the ranks.
std::uint64_t pilot_trajectories(const law::Mixture& mixture) {
    constexpr double budget = 2e11;  // multiplications in all
    const double one = 4.0 * pilot_points * static_cast<double>(mixture.components()) *
                       static_cast<double>(mixture.coordinates() + 8);
    return static_cast<std::uint64_t>(std::clamp(budget / one, 128.0, 8192.0));
}

std::vector<double> class_entropy_of_theory(const law::Law& law, const dynamics::Schedule& schedule,
                                            const std::vector<Time>& times) {
    std::vector<double> entropy;
    if (const auto theory = phases::class_theory(law))
        for (const Time t : times) entropy.push_back(theory(schedule.at(t)).entropy);
    return entropy;
}

std::vector<double> pilot_entropy(const Config& config, const law::Law& law,
                                  const dynamics::Schedule& schedule, const std::vector<Time>& times,
                                  const parallel::Communicator& communicator) {
    measure::EnsembleSpec spec;
    spec.setting = {.law = &law, .direction = measure::Direction::marginal};
    spec.seed = pilot_seed(config.seed);
    spec.trajectories = pilot_trajectories(law.mixture);
    spec.times = times;
    const bool classes = config.entropy == EntropyKind::classes;
    if (classes) spec.observables = {measure::find_observable("class_entropy")};
    spec.identities = !classes;
    const parallel::BatchPlan batches(spec.trajectories, std::nullopt);
    const Watch watch;
    const parallel::Teams teams(communicator, 1);
    const Measured measured = measure_ensemble(spec, {schedule, batches, teams, watch});
    const measure::ColumnPlan plan(spec.setting, spec.observables, spec.identities, times.size());

    std::vector<double> entropy;
    if (classes) {
        const auto* column = plan.find(measure::Quantity::observable, "class_entropy");
        for (std::size_t i = 0; i < times.size(); ++i) entropy.push_back(measured.folded[column->at(i)].mean);
        return entropy;
    }
    // The identity of the rate holds the change of H(y|x_t) from one time to the next: expected = value - difference.
    const auto* value = plan.find(measure::Quantity::identity_value, "rate_derivative");
    const auto* difference = plan.find(measure::Quantity::identity_difference, "rate_derivative");
    entropy.push_back(0.0);
    for (std::size_t i = 1; i < times.size(); ++i)
        entropy.push_back(entropy.back() + measured.folded[value->at(i)].mean -
                          measured.folded[difference->at(i)].mean);
    return entropy;
}

std::vector<Time> entropic_times(const Config& config, const law::Law& law,
                                 const dynamics::Schedule& schedule,
                                 const parallel::Communicator& communicator) {
    const bool classes = config.entropy == EntropyKind::classes;
    if (classes && !law.mixture.labels.any())
        throw ConfigError("time.entropy", "class", "needs classes, and this law has none", "data",
                          "Try --time.entropy=data, or give data.labels.");
    auto fine = dynamics::regular_grid(dynamics::GridKind::log_snr, schedule, theory_points);
    auto entropy =
        classes ? class_entropy_of_theory(law, schedule, fine) : phases::closed_entropy(law, schedule, fine);
    if (entropy.empty()) {
        fine = dynamics::regular_grid(dynamics::GridKind::log_snr, schedule, pilot_points);
        entropy = pilot_entropy(config, law, schedule, fine, communicator);
    }
    return dynamics::entropic_grid(schedule, fine, entropy, config.points);
}

}  // namespace

std::vector<Time> observation_times(const Config& config, const law::Law& law,
                                    const dynamics::Schedule& schedule,
                                    const parallel::Communicator& communicator) {
    if (config.grid == dynamics::GridKind::list) return dynamics::listed_grid(schedule, config.list);
    if (config.grid == dynamics::GridKind::entropic)
        return entropic_times(config, law, schedule, communicator);
    return dynamics::regular_grid(config.grid, schedule, config.points);
}

}  // namespace kairos::app
