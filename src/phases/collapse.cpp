#include "kairos/phases/collapse.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "kairos/base/array.hpp"
#include "kairos/measure/decisions.hpp"
#include "population.hpp"
#include "reading.hpp"
#include "stability.hpp"

namespace kairos::phases {
namespace {

using dynamics::Schedule;

constexpr double even_odds = 0.5;

// alpha^2 s^2/sigma^2 = n^{2/d} - 1: where the population's datum entropy reaches 0
double condensation_time(const law::Law& law, const Schedule& schedule) {
    const auto variance = law.empirical ? shared_variance(law.population) : std::nullopt;
    const auto samples = static_cast<double>(law.mixture.components());
    if (!variance || !(*variance > 0.0) || samples < 2.0) return nan;
    return time_in_domain(
        schedule, std::log(std::expm1(2.0 * std::log(samples) / law.mixture.dimension()) / *variance));
}

// (1/nd) sum_j |y_j - mean of its class|^2
double variance_within_classes(const law::Mixture& data) {
    const Index n = data.components();
    const law::Level one{std::vector<int>(static_cast<std::size_t>(n), 0), {0}};
    const law::Level& level = data.labels.any() ? data.labels.classes() : one;
    Matrix means = Matrix::Zero(data.coordinates(), level.classes());
    Vector counts = Vector::Zero(level.classes());
    for (Index j = 0; j < n; ++j) {
        const int c = level.class_of[static_cast<std::size_t>(j)];
        means.col(c) += data.means.col(j);
        counts(c) += 1.0;
    }
    double sum = 0.0;
    for (Index j = 0; j < n; ++j) {
        const int c = level.class_of[static_cast<std::size_t>(j)];
        sum += (data.means.col(j) - means.col(c) / counts(c)).squaredNorm();
    }
    return sum / (static_cast<double>(n) * data.dimension());
}

Population population_behind(const law::Law& law) {
    if (const auto variance = shared_variance(law.population)) return {*variance, true};
    return {variance_within_classes(law.mixture), false};
}

// Batch curves that are proportional to the entropy of the datum, and what divides them into f/a.
struct ExcessEntropy {
    measure::BatchedCurve batches;
    double unit = nan;
};

ExcessEntropy excess_entropy(const law::Law& law, const BatchCurves& curves) {
    const double most = std::log(static_cast<double>(law.mixture.components()));
    if (auto ratio = curves("excess_entropy_ratio"); !ratio.empty()) return {std::move(ratio), 1.0};
    if (auto entropy = curves("datum_entropy"); !entropy.empty()) return {std::move(entropy), most};
    if (auto excess = curves("excess_entropy"); !excess.empty())
        return {std::move(excess), most / law.mixture.dimension()};
    return {};
}

// Mean and its error over the paths that changed at all.
CriticalTime mean_last_change(std::span<const Time> times, std::span<const std::uint64_t> last_changes) {
    const auto decided = std::accumulate(last_changes.begin(), last_changes.end(), std::uint64_t{0});
    if (decided == 0) return no_critical_time();
    const auto found = measure::distribution_of(times, last_changes, decided);
    CriticalTime mean{found.mean, found.standard_error, nan, nan, nan};
    if (decided < 2) return mean;
    const boost::math::students_t student(static_cast<double>(decided) - 1.0);
    const double reach = boost::math::quantile(student, 0.975) * found.standard_error;
    mean.ci95_low = found.mean - reach;
    mean.ci95_high = found.mean + reach;
    return mean;
}

}  // namespace

std::map<std::string, CriticalTime> collapse(const law::Law& law, const Schedule& schedule,
                                             std::span<const Time> times, const BatchCurves& curves,
                                             std::span<const std::uint64_t> last_changes) {
    if (!law.empirical) return {};
    std::map<std::string, CriticalTime> found;
    const ExcessEntropy excess = excess_entropy(law, curves);
    const CurveValue ratio = [&](const measure::Moments& moments, std::size_t) {
        return moments.mean / excess.unit;
    };
    const bool entropy = !excess.batches.empty();
    const Population population = entropy ? population_behind(law) : Population{0.0, false};
    found["collapse_excess_entropy"] =
        population.variance > 0.0 ? extrapolated_zero(schedule, times, excess.batches, ratio, population)
                                  : no_critical_time();
    found["collapse_excess_entropy"].theory = condensation_time(law, schedule);
    found["collapse_entropy_variance"] =
        entropy ? peak(schedule, times, excess.batches, variance_of) : no_critical_time();
    const auto participation = curves("participation");
    found["collapse_participation"] = participation.empty()
                                          ? no_critical_time()
                                          : crossing(schedule, times, participation, mean_of, even_odds);
    found["collapse_nearest"] = mean_last_change(times, last_changes);
    return found;
}

std::map<std::string, double> predicted_collapse(const law::Law& law, const Schedule& schedule) {
    const double time = condensation_time(law, schedule);
    if (!std::isfinite(time)) return {};
    return {{"collapse_excess_entropy", time}};
}

}  // namespace kairos::phases
