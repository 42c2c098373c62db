#include "kairos/phases/theory.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/measure/within.hpp"
#include "population.hpp"
#include "radial_theory.hpp"
#include "two_cluster_theory.hpp"

namespace kairos::phases {
namespace {

using Curves = std::map<std::string, std::vector<double>>;

bool classes_are_components(const law::Mixture& mixture) {
    return mixture.labels.any() && mixture.labels.classes().classes() == mixture.components();
}

double snr(const dynamics::TimePoint& at) { return at.alpha * at.alpha / at.sigma2; }

void add_class_curves(const ClassTheory& theory, Curves& curves) {
    curves["class_entropy"].push_back(theory.entropy);
    curves["class_collision"].push_back(theory.collision);
    curves["class_varentropy"].push_back(theory.varentropy);
    curves["class_entropy_variance"].push_back(theory.entropy_variance);
    curves["class_entropy_rate"].push_back(theory.entropy_rate);
}

// From the filter F = (alpha^2/sigma^2) tr Cov(y|x), averaged: the part within components and, from the class
// entropy rate, that between them.
void add_filter_curves(const law::Mixture& mixture, const dynamics::TimePoint& at, double class_rate,
                       Curves& curves) {
    const double within = measure::within_components(mixture, snr(at)).mean_filter;
    const double filter = within + (class_rate > 0.0 ? class_rate * 2.0 * at.sigma2 / at.diffusion2 : 0.0);
    curves["entropy_rate"].push_back(0.5 * at.diffusion2 * within / at.sigma2 + class_rate);
    curves["active_dimensions"].push_back(filter);
    curves["posterior_variance"].push_back(filter / snr(at));
    curves["score_norm2"].push_back((mixture.dimension() - filter) / at.sigma2);
    curves["score_divergence"].push_back((filter - mixture.dimension()) / at.sigma2);
}

// H(j|x_t) = log n max(0, 1 + (1/2a) log( sigma^2/(sigma^2 + alpha^2 s^2) )),  a = log(n)/d
void add_datum_curves(const law::Mixture& data, double variance, const dynamics::TimePoint& at,
                      Curves& curves) {
    const double most = std::log(static_cast<double>(data.components())), dimension = data.dimension();
    const double entropy = std::max(0.0, most - 0.5 * dimension * std::log1p(snr(at) * variance));
    curves["datum_entropy"].push_back(entropy);
    curves["excess_entropy"].push_back(entropy / dimension);
    curves["excess_entropy_ratio"].push_back(entropy / most);
}

}  // namespace

ClassTheoryOf class_theory(const law::Law& law) {
    if (law.empirical || !law.mixture.labels.any()) return {};
    const auto& two = law.two_clusters;
    if (two && two->variance_plus == two->variance_minus && classes_are_components(law.mixture))
        return [clusters = *two](const dynamics::TimePoint& at) { return two_cluster_theory(clusters, at); };
    if (const auto radial = RadialTheory::of(law.mixture))
        return [theory = *radial](const dynamics::TimePoint& at) { return theory(at); };
    return {};
}

Curves theory_curves(const law::Law& law, const dynamics::Schedule& schedule,
                     const std::vector<Time>& times) {
    Curves curves;
    const ClassTheoryOf classes = class_theory(law);
    const bool single = !law.empirical && law.mixture.components() == 1;
    const bool filter = single || (classes && classes_are_components(law.mixture));
    const std::optional<double> variance =
        law.empirical && law.mixture.components() > 1 ? shared_variance(law.population) : std::nullopt;
    for (const Time t : times) {
        const dynamics::TimePoint at = schedule.at(t);
        double class_rate = 0.0;
        if (classes) {
            const ClassTheory theory = classes(at);
            add_class_curves(theory, curves);
            class_rate = theory.entropy_rate;
        }
        if (filter) add_filter_curves(law.mixture, at, single ? 0.0 : class_rate, curves);
        if (variance) add_datum_curves(law.mixture, *variance, at, curves);
    }
    return curves;
}

std::vector<double> closed_entropy(const law::Law& law, const dynamics::Schedule& schedule,
                                   const std::vector<Time>& times) {
    if (law.empirical) return {};
    const bool single = law.mixture.components() == 1;
    const ClassTheoryOf classes = single ? ClassTheoryOf{} : class_theory(law);
    if (!single && !(classes && classes_are_components(law.mixture))) return {};
    std::vector<double> entropy;
    for (const Time t : times) {
        const dynamics::TimePoint at = schedule.at(t);
        const double within = measure::within_components(law.mixture, snr(at)).mean_information;
        entropy.push_back((classes ? classes(at).entropy : 0.0) - within);
    }
    return entropy;
}

}  // namespace kairos::phases
