#include "kairos/phases/symmetry.hpp"

#include <cmath>
#include <numbers>

#include "kairos/phases/binder.hpp"

namespace kairos::phases {
namespace {

using measure::Moments;

struct Averages {
    double modulus;  // <|M|>
    AboutZero powers;
};

Averages averages_of(const Moments& modulus) { return {modulus.mean, about_zero(modulus)}; }

Averages averages_of(const law::TwoClusters& clusters, const dynamics::TimePoint& at) {
    const double alpha2 = at.alpha * at.alpha;
    const double s2 = (at.sigma2 + alpha2 * clusters.variance_plus) / (alpha2 * clusters.mean_norm2);
    const double s = std::sqrt(s2);
    return {s * std::sqrt(2.0 / std::numbers::pi) * std::exp(-0.5 / s2) +
                std::erf(1.0 / (s * std::numbers::sqrt2)),
            {1.0 + s2, 1.0 + 6.0 * s2 + 3.0 * s2 * s2}};
}

struct Kind {
    const char *name, *long_name, *definition;
    double (*of)(const Averages& averages, double dimension);
};
constexpr Kind kinds[] = {{"binder", "Binder cumulant of the order parameter", "U4 = 1 - <M^4>/(3 <M^2>^2)",
                           [](const Averages& m, double) { return binder_cumulant(m.powers); }},
                          {"susceptibility", "susceptibility of the order parameter", "d (<M^2> - <|M|>^2)",
                           [](const Averages& m, double dimension) {
                               return dimension * (m.powers.second - m.modulus * m.modulus);
                           }}};

bool symmetric(const law::Law& law) {
    const auto& two = law.two_clusters;
    return two && !law.empirical && two->variance_plus == two->variance_minus && two->mean_norm2 > 0.0;
}

}  // namespace

std::map<std::string, SymmetryCurve> symmetry_curves(const law::Law& law, const dynamics::Schedule& schedule,
                                                     std::span<const Time> times, const BatchCurves& curves) {
    const measure::BatchedCurve batches = curves("order_parameter_modulus");
    if (batches.empty()) return {};
    const double d = law.mixture.dimension();
    std::map<std::string, SymmetryCurve> found;
    for (const Kind& kind : kinds) {
        SymmetryCurve& curve = found[kind.name];
        curve.long_name = kind.long_name;
        curve.definition = kind.definition;
        for (std::size_t i = 0; i < times.size(); ++i) {
            const auto estimate = measure::jackknife(
                batches.window(i, 1),
                [&](std::span<const Moments> moments) { return kind.of(averages_of(moments.front()), d); });
            curve.value.push_back(estimate.value);
            curve.standard_error.push_back(estimate.standard_error);
            if (symmetric(law))
                curve.theory.push_back(kind.of(averages_of(*law.two_clusters, schedule.at(times[i])), d));
        }
    }
    return found;
}

}  // namespace kairos::phases
