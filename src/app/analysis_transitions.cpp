#include "kairos/app/analysis_transitions.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <set>

#include "kairos/base/array.hpp"
#include "kairos/measure/agreement.hpp"
#include "kairos/measure/quenched.hpp"

namespace kairos::app {
namespace {

using phases::CriticalTime;

// Independent runs of one law: the more precise one counts more. Closed forms have no error to weigh with.
CriticalTime pooled(const std::vector<CriticalTime>& runs) {
    if (runs.size() == 1) return runs.front();
    std::vector<measure::Realised> estimates;
    double theory = 0.0;
    for (const CriticalTime& run : runs) {
        estimates.push_back({run.time, run.standard_error});
        theory += run.theory / static_cast<double>(runs.size());
    }
    const auto found = measure::agreement(estimates);
    const double error =
        std::isfinite(found.standard_error) ? found.standard_error : runs.front().standard_error;
    return {found.mean, error, found.mean - normal_quantile * error, found.mean + normal_quantile * error,
            theory};
}

// Of every realisation at a point: a time, or the width of a decision.
using PerRealisation = std::map<std::string, std::vector<CriticalTime>>;

std::vector<CriticalTime> of_realisations(const Analysis& analysis, const AnalysisPoint& point,
                                          TransitionAxis axis, PerRealisation Readings::*what,
                                          const std::string& name) {
    std::vector<CriticalTime> times;
    for (const auto& realisation : point.realisations)
        for (std::size_t draw = 0; draw < analysis.results[realisation.front()].draws; ++draw) {
            std::vector<CriticalTime> runs;
            for (const std::size_t i : realisation) {
                const PerRealisation& known = analysis.results[i].on(axis).*what;
                const auto found = known.find(name);
                if (found != known.end() && draw < found->second.size() &&
                    std::isfinite(found->second[draw].time))
                    runs.push_back(found->second[draw]);
            }
            if (!runs.empty()) times.push_back(pooled(runs));
        }
    return times;
}

// Predictions that depend on the draw differ between realisations; one without any says nothing.
double mean_theory(const std::vector<CriticalTime>& realisations) {
    double sum = 0.0;
    for (const CriticalTime& one : realisations) sum += one.theory / static_cast<double>(realisations.size());
    return sum;
}

double theory_alone(const Analysis& analysis, const AnalysisPoint& point, TransitionAxis axis,
                    const std::string& name) {
    const auto& transitions = first_result(analysis, point).on(axis).transitions;
    const auto found = transitions.find(name);
    return found == transitions.end() ? nan : found->second.theory;
}

PointTransition averaged(const std::vector<CriticalTime>& realisations) {
    std::vector<measure::Realised> realised;
    realised.reserve(realisations.size());
    for (const CriticalTime& one : realisations) realised.push_back({one.time, one.standard_error});
    const auto average = measure::disorder_average(realised);
    PointTransition found{average.mean,
                          average.noise,
                          average.spread,
                          average.standard_error,
                          nan,
                          nan,
                          mean_theory(realisations),
                          realisations.size()};
    const boost::math::students_t student(static_cast<double>(realisations.size()) - 1.0);
    const double reach = boost::math::quantile(student, 0.975) * found.standard_error();
    found.ci95_low = found.value - reach;
    found.ci95_high = found.value + reach;
    return found;
}

PointTransition place_at(const Analysis& analysis, const AnalysisPoint& point, TransitionAxis axis,
                         const std::string& name) {
    const auto realisations = of_realisations(analysis, point, axis, &Readings::realised, name);
    if (realisations.size() > 1) return averaged(realisations);
    if (realisations.empty())
        return {nan, nan, nan, nan, nan, nan, theory_alone(analysis, point, axis, name), 0};
    const CriticalTime& one = realisations.front();
    return {one.time, one.standard_error, nan, nan, one.ci95_low, one.ci95_high, one.theory, 1};
}

PointTransition at_point(const Analysis& analysis, const AnalysisPoint& point, TransitionAxis axis,
                         const std::string& name) {
    PointTransition found = place_at(analysis, point, axis, name);
    const auto widths = of_realisations(analysis, point, axis, &Readings::widths, name);
    if (widths.empty()) return found;
    const bool one = widths.size() == 1;
    const PointTransition width = one ? PointTransition{} : averaged(widths);
    found.width = one ? widths.front().time : width.value;
    found.width_error = one ? widths.front().standard_error : width.standard_error();
    return found;
}

}  // namespace

double PointTransition::standard_error() const {
    return std::isfinite(disorder_error) ? std::max(noise, disorder_error) : noise;
}

TransitionTable transitions_of(const Analysis& analysis, TransitionAxis axis) {
    std::set<std::string> names;
    for (const AnalysedResult& result : analysis.results)
        for (const auto& entry : result.on(axis).transitions) names.insert(entry.first);
    TransitionTable table;
    for (const std::string& name : names)
        for (const AnalysisPoint& point : analysis.points)
            table[name].push_back(at_point(analysis, point, axis, name));
    return table;
}

}  // namespace kairos::app
