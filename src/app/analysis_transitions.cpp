#include "kairos/app/analysis_transitions.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <set>

#include "kairos/base/array.hpp"
#include "kairos/measure/quenched.hpp"

namespace kairos::app {
namespace {

using phases::CriticalTime;

// Independent runs of one law: the more precise one counts more. Closed forms have no error to weigh with.
CriticalTime pooled(const std::vector<CriticalTime>& runs) {
    if (runs.empty()) return {nan, nan, nan, nan, nan};
    if (runs.size() == 1) return runs.front();
    const bool weighted = std::ranges::all_of(runs, [](const auto& run) { return run.standard_error > 0.0; });
    double weights = 0.0, sum = 0.0, theory = 0.0;
    for (const CriticalTime& run : runs) {
        const double weight = weighted ? 1.0 / (run.standard_error * run.standard_error) : 1.0;
        weights += weight;
        sum += weight * run.time;
        theory += run.theory / static_cast<double>(runs.size());
    }
    const double time = sum / weights;
    const double error = weighted ? 1.0 / std::sqrt(weights) : runs.front().standard_error;
    return {time, error, time - normal_quantile * error, time + normal_quantile * error, theory};
}

// Of every realisation at a point: a time, or the width of a decision.
using PerRealisation = std::map<std::string, std::vector<CriticalTime>>;
std::vector<CriticalTime> of_realisations(const Analysis& analysis, const AnalysisPoint& point,
                                          PerRealisation AnalysedResult::*what, const std::string& name) {
    std::vector<CriticalTime> times;
    for (const auto& realisation : point.realisations)
        for (std::size_t draw = 0; draw < analysis.results[realisation.front()].draws; ++draw) {
            std::vector<CriticalTime> runs;
            for (const std::size_t i : realisation) {
                const PerRealisation& known = analysis.results[i].*what;
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

double theory_alone(const Analysis& analysis, const AnalysisPoint& point, const std::string& name) {
    const auto& transitions = analysis.results[point.realisations.front().front()].transitions;
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
    found.ci95_low = found.time - reach;
    found.ci95_high = found.time + reach;
    return found;
}

PointTransition time_at(const Analysis& analysis, const AnalysisPoint& point, const std::string& name) {
    const auto realisations = of_realisations(analysis, point, &AnalysedResult::realised, name);
    if (realisations.size() > 1) return averaged(realisations);
    if (realisations.empty()) return {nan, nan, nan, nan, nan, nan, theory_alone(analysis, point, name), 0};
    const CriticalTime& one = realisations.front();
    return {one.time, one.standard_error, nan, nan, one.ci95_low, one.ci95_high, one.theory, 1};
}

PointTransition at_point(const Analysis& analysis, const AnalysisPoint& point, const std::string& name) {
    PointTransition found = time_at(analysis, point, name);
    const auto widths = of_realisations(analysis, point, &AnalysedResult::widths, name);
    if (widths.empty()) return found;
    const bool one = widths.size() == 1;
    const PointTransition width = one ? PointTransition{} : averaged(widths);
    found.width = one ? widths.front().time : width.time;
    found.width_error = one ? widths.front().standard_error : width.standard_error();
    return found;
}

}  // namespace

double PointTransition::standard_error() const {
    return std::isfinite(disorder_error) ? std::max(noise, disorder_error) : noise;
}

TransitionTable transitions_of(const Analysis& analysis) {
    std::set<std::string> names;
    for (const AnalysedResult& result : analysis.results)
        for (const auto& entry : result.transitions) names.insert(entry.first);
    TransitionTable table;
    for (const std::string& name : names)
        for (const AnalysisPoint& point : analysis.points)
            table[name].push_back(at_point(analysis, point, name));
    return table;
}

}  // namespace kairos::app
