#include "kairos/app/findings.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/app/batch_curves.hpp"
#include "kairos/base/array.hpp"
#include "kairos/measure/within.hpp"
#include "kairos/phases/collapse.hpp"
#include "kairos/phases/speciation.hpp"
#include "kairos/phases/theory.hpp"

namespace kairos::app {
namespace {

using measure::Quantity;

// Error of the trapezoidal rule on each interval (entry i: the one that ends at t_i), NaN where there is none or it is unknown: h^3/12 |F''| in log
// snr, of half the filter's trace beyond its exactly integrated part. The pathwise rate is read off the sides
// of the identity rate_divergence.
std::vector<double> quadrature_errors(const Setup& setup, const measure::ColumnPlan& plan,
                                      const Measured& measured) {
    const auto* value = plan.find(Quantity::identity_value, "rate_divergence");
    const auto* difference = plan.find(Quantity::identity_difference, "rate_divergence");
    const std::size_t times = plan.times();
    std::vector<double> errors(times, nan), half_filter, lambda;
    if (value == nullptr || difference == nullptr || times < measure::fewest_times) return errors;
    for (std::size_t i = 0; i < times; ++i) {
        const auto point = setup.schedule.at(setup.ensemble.times[i]);
        const double rate = measured.folded[value->at(i)].mean - measured.folded[difference->at(i)].mean;
        const double snr = std::exp(point.log_snr);
        const double within = measure::within_components(setup.law->mixture, snr).mean_filter;
        half_filter.push_back(rate * point.sigma2 / point.diffusion2 - 0.5 * within);
        lambda.push_back(point.log_snr);
    }
    const auto slope = [&](std::size_t i) {
        return (half_filter[i + 1] - half_filter[i]) / (lambda[i + 1] - lambda[i]);
    };
    const auto curvature = [&](std::size_t i) {
        i = std::clamp<std::size_t>(i, 1, times - 2);
        return 2.0 * (slope(i) - slope(i - 1)) / (lambda[i + 1] - lambda[i - 1]);
    };
    for (std::size_t i = 1; i < times; ++i) {
        const double h = std::abs(lambda[i] - lambda[i - 1]);
        if (h < measure::widest_interval)
            errors[i] = h * h * h / 12.0 * std::max(std::abs(curvature(i)), std::abs(curvature(i - 1)));
    }
    return errors;
}

// [T]: where E[e^-D] can be estimated from so many paths; empty where it is not asked for.
std::vector<bool> fluctuation_reportable(const Setup& setup, const measure::ColumnPlan& plan) {
    if (plan.find(Quantity::identity_value, "fluctuation") == nullptr) return {};
    const auto& times = setup.ensemble.times;
    const auto first = setup.schedule.at(setup.schedule.t_min());
    std::vector<bool> reportable;
    reportable.reserve(times.size());
    for (const Time t : times)
        reportable.push_back(
            measure::fluctuation_reportable(setup.law->mixture, first, setup.schedule.at(t),
                                            static_cast<double>(setup.ensemble.trajectories)));
    return reportable;
}

// What is known of the identities of a run besides their moments, [T].
struct Known {
    std::vector<double> quadrature;  // errors of increments, NaN: not known
    std::vector<bool> reportable;    // of those along whole paths; empty: there are none
};

measure::IdentityValue judged_at(const measure::Column& value, const measure::ColumnPlan& plan,
                                 const Measured& measured, const Known& known, std::size_t i, Index c) {
    const measure::Identity& identity = *value.identity;
    // An interval that does not exist, or is too wide to judge its quadrature, holds nothing.
    if (identity.increments && std::isnan(known.quadrature[i])) return {0, 0, 0, 0};
    if (identity.whole_path && !known.reportable[i]) return {nan, nan, nan, nan};
    const measure::Column& difference = *plan.find(Quantity::identity_difference, identity.name);
    measure::KnownErrors errors{.share = identity.share};
    if (identity.increments) errors.extra = known.quadrature[i];
    if (const auto* noise = plan.find(Quantity::identity_noise, identity.name))
        errors.noise = measured.folded[noise->at(i)].mean;
    if (const auto* centre = plan.find(Quantity::identity_centre, identity.name)) {
        const double mean = measured.folded[centre->at(i)].mean;
        errors.centre = mean * mean;
    }
    return measure::judge(measured.folded[value.at(i, c)], measured.folded[difference.at(i, c)], errors);
}

IdentityCurve judge_curve(const measure::Column& value, const measure::ColumnPlan& plan,
                          const Measured& measured, const Known& known) {
    const measure::Identity& identity = *value.identity;
    IdentityCurve curve;
    curve.name = identity.name;
    curve.definition = identity.definition;
    curve.components = value.components;
    for (std::size_t i = 0; i < plan.times(); ++i)
        for (Index c = 0; c < value.components; ++c) {
            const measure::IdentityValue judged = judged_at(value, plan, measured, known, i, c);
            curve.value.push_back(judged.value);
            curve.standard_error.push_back(judged.standard_error);
            curve.expected.push_back(judged.expected);
            curve.z.push_back(judged.z);
        }
    return curve;
}

using Transitions = std::map<std::string, phases::CriticalTime>;

// Those of the classes and those of the data, where there are any.
Transitions transitions_of(const Setup& setup, const phases::BatchCurves& curves,
                           std::span<const std::uint64_t> last_changes) {
    const auto& times = setup.ensemble.times;
    Transitions found = phases::speciation(*setup.law, setup.schedule, times, curves);
    found.merge(phases::collapse(*setup.law, setup.schedule, times, curves, last_changes));
    return found;
}

void find_transitions(const Setup& setup, BatchCurves& curves, const Measured& measured, Findings& findings) {
    std::span<const std::uint64_t> last_changes;
    const auto decided = measured.decisions.find("datum_last_change");
    if (decided != measured.decisions.end()) last_changes = decided->second;
    findings.transitions = transitions_of(
        setup, [&](const std::string& name) { return curves.all(name); }, last_changes);
    if (measured.realisations.size() == 1) return;
    const phases::BatchCurves none = [](const std::string&) { return measure::BatchedCurve{}; };
    Transitions closed = phases::speciation(*setup.law, setup.schedule, setup.ensemble.times, none);
    closed["collapse_nearest"];  // decisions are counted over all realisations together
    for (std::size_t r = 0; r < measured.realisations.size(); ++r) {
        const phases::BatchCurves of_one = [&](const std::string& name) {
            return curves.of_realisation(name, r);
        };
        for (const auto& [name, found] : transitions_of(setup, of_one, {}))
            if (!closed.contains(name)) findings.realisation_transitions[name].push_back(found);
    }
    if (setup.config.random_means()) findings.transitions.erase("speciation_spectral");
}

// Of what guidance changes: closed forms of the law itself stay.
void forget_theory(Findings& findings) {
    for (auto& [name, found] : findings.transitions)
        if (found.standard_error != 0.0) found.theory = nan;
    for (auto& [name, curve] : findings.symmetry) curve.theory.clear();
}

}  // namespace

Findings find(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured,
              const parallel::Communicator& communicator) {
    Findings findings;
    const auto& times = setup.ensemble.times;
    const bool guided = setup.ensemble.setting.guidance.has_value();
    if (!guided) findings.theory = phases::theory_curves(*setup.law, setup.schedule, times);

    const Known known{quadrature_errors(setup, plan, measured), fluctuation_reportable(setup, plan)};
    for (const auto& column : plan.columns())
        if (column.quantity == Quantity::identity_value)
            findings.identities.push_back(judge_curve(column, plan, measured, known));
    BatchCurves curves(plan, measured, communicator);
    find_transitions(setup, curves, measured, findings);
    const phases::BatchCurves all = [&](const std::string& name) { return curves.all(name); };
    findings.symmetry = phases::symmetry_curves(*setup.law, setup.schedule, times, all);
    if (guided) forget_theory(findings);
    return findings;
}

}  // namespace kairos::app
