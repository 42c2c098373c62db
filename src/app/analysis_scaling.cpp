#include "kairos/app/analysis_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace kairos::app {
namespace {

using Points = std::vector<std::size_t>;

double log_dimension(const AnalysisPoint& point) { return std::log(point.dimension); }
double excess(const AnalysisPoint& point) {
    return point.samples > 1.0 ? std::log(point.samples) / point.dimension : std::nan("");
}
double log_excess(const AnalysisPoint& point) { return std::log(excess(point)); }

const std::vector<Abscissa>& abscissas_of(const std::string& transition) {
    static const std::vector<Abscissa> speciation = {{"log d", "log_dimension", log_dimension}};
    static const std::vector<Abscissa> collapse = {{"log(n)/d", "excess", excess},
                                                   {"log(log(n)/d)", "log_excess", log_excess}};
    static const std::vector<Abscissa> none;
    const auto is_of = [&](const char* kind, const char* latent) {
        return transition.starts_with(kind) || transition.starts_with(latent);
    };
    if (is_of("speciation", "class_")) return speciation;
    return is_of("collapse", "datum_") ? collapse : none;
}

// Points of equal schedule, separation, components and weight of guidance, in the order of the analysis.
std::vector<Points> series_of(const Analysis& analysis, bool by_separation) {
    using Mark = std::tuple<std::size_t, double, double, double>;
    std::vector<std::pair<Mark, Points>> series;
    for (std::size_t i = 0; i < analysis.points.size(); ++i) {
        const AnalysisPoint& point = analysis.points[i];
        const Mark mark(point.schedule, by_separation ? point.separation : 0.0, point.components,
                        point.guidance);
        auto known = std::ranges::find(series, mark, &std::pair<Mark, Points>::first);
        if (known == series.end()) known = series.insert(known, {mark, {}});
        known->second.push_back(i);
    }
    std::vector<Points> all;
    all.reserve(series.size());
    for (auto& entry : series) all.push_back(std::move(entry.second));
    return all;
}

// Two different values at least, without the rounding of logarithms.
bool varies(const std::vector<double>& values) {
    const auto [low, high] = std::ranges::minmax_element(values);
    return !values.empty() && *high - *low > 1e-9 * std::abs(*high);
}

void fit_series(const Analysis& analysis, const std::string& name,
                const std::vector<PointTransition>& transitions, const Points& series,
                std::vector<TransitionFit>& fits) {
    for (const Abscissa& against : abscissas_of(name)) {
        TransitionFit fit{name, against, {}, {}};
        for (const std::size_t i : series)
            if (std::isfinite(against.of(analysis.points[i])) && std::isfinite(transitions[i].value))
                fit.points.push_back(i);
        // log d grows toward the limit of large d, log(n)/d falls
        const double sign = against.name == "log_dimension" ? 1.0 : -1.0;
        std::ranges::stable_sort(fit.points, {},
                                 [&](std::size_t i) { return sign * against.of(analysis.points[i]); });
        std::vector<phases::LinePoint> line;
        std::vector<double> places;
        for (const std::size_t i : fit.points) {
            places.push_back(against.of(analysis.points[i]));
            line.push_back({places.back(), transitions[i].value, transitions[i].standard_error()});
        }
        if (!varies(places)) continue;
        fit.line = phases::fit_line(line);
        fits.push_back(std::move(fit));
    }
}

// One row of what is laid on one another: value of the moments, and the heights between which curves are compared, for C classes.
struct Collapsing {
    const char *observable, *source;
    phases::CurveValue (*value)(double classes);
    phases::Heights (*compared)(double classes);
};

constexpr double margin = 0.05;  // of the range from noise to data: beyond, averages hang on rare paths

phases::Heights inner(double low, double high) {
    return {low + margin * (high - low), high - margin * (high - low)};
}

const Collapsing collapsing[] = {
    {"class_collision", "class_collision", [](double) -> phases::CurveValue { return phases::mean_of; },
     [](double classes) { return inner(1.0 / classes, 1.0); }},
    {"class_entropy_ratio", "class_entropy",
     [](double classes) -> phases::CurveValue {
         return [most = std::log(classes)](const measure::Moments& moments, std::size_t) {
             return moments.mean / most;
         };
     },
     [](double) { return inner(0.0, 1.0); }},
    {"binder_cumulant", "order_parameter",
     [](double) -> phases::CurveValue {
         return [](const measure::Moments& moments, std::size_t) { return phases::binder_cumulant(moments); };
     },
     [](double) { return inner(0.0, 2.0 / 3.0); }}};

// Over t the curves of larger systems lie later, over log snr at smaller values; mu^2 belongs to the latter. divided: over what curves cross.
struct Variable {
    const char *name, *shifted, *divided;
    bool time, with_separation;
};

// Of all runs of one draw of the disorder.
std::vector<measure::MomentCurve> batches_of_draw(const Analysis& analysis, const Points& runs,
                                                  std::size_t draw, const char* source) {
    std::vector<measure::MomentCurve> batches;
    for (const std::size_t i : runs) {
        const auto found = analysis.results[i].curves.find(source);
        if (found == analysis.results[i].curves.end() || draw >= found->second.size()) continue;
        batches.insert(batches.end(), found->second[draw].begin(), found->second[draw].end());
    }
    return batches;
}

phases::MeasuredSystem system_of(const Analysis& analysis, const AnalysisPoint& point, const char* source,
                                 const Variable& variable) {
    const AnalysedResult& first = first_result(analysis, point);
    phases::MeasuredSystem system;
    system.size = (variable.time ? 1.0 : -1.0) * std::log(point.dimension);
    system.x = variable.time ? first.times : first.log_snr;
    if (variable.with_separation)
        for (double& x : system.x) x += 2.0 * std::log(point.separation);
    for (const auto& realisation : point.realisations)
        for (std::size_t draw = 0; draw < analysis.results[realisation.front()].draws; ++draw) {
            auto batches = batches_of_draw(analysis, realisation, draw, source);
            if (!batches.empty()) system.realisations.push_back(std::move(batches));
        }
    return system;
}

void collapse_series(const Analysis& analysis, const Points& series, const Collapsing& what,
                     const Variable& variable, std::vector<CurveCollapse>& collapses) {
    const double classes = first_result(analysis, analysis.points[series.front()]).classes;
    if (classes < 2.0) return;
    std::vector<std::pair<std::size_t, phases::MeasuredSystem>> systems;
    for (const std::size_t i : series) {
        auto system = system_of(analysis, analysis.points[i], what.source, variable);
        if (!system.realisations.empty()) systems.emplace_back(i, std::move(system));
    }
    std::ranges::stable_sort(systems, {}, [](const auto& entry) { return std::abs(entry.second.size); });
    CurveCollapse collapse{
        what.observable, variable.name, variable.shifted, variable.divided, {}, {}, {}, {}};
    std::vector<phases::MeasuredSystem> measured;
    std::vector<double> sizes;
    const phases::CurveValue value = what.value(classes);
    for (auto& [i, system] : systems) {
        collapse.points.push_back(i);
        collapse.curves.push_back(phases::curve_of(system, value));
        sizes.push_back(system.size);
        measured.push_back(std::move(system));
    }
    if (!varies(sizes)) return;
    collapse.found = phases::scaling_exponent(measured, value, what.compared(classes));
    collapse.crossings = phases::scaling_crossings(measured, value, what.compared(classes));
    collapses.push_back(std::move(collapse));
}

}  // namespace

std::vector<TransitionFit> fits_of(const Analysis& analysis, const TransitionTable& transitions) {
    std::vector<TransitionFit> fits;
    for (const auto& [name, at_points] : transitions)
        for (const Points& series : series_of(analysis, true))
            fit_series(analysis, name, at_points, series, fits);
    return fits;
}

std::vector<CurveCollapse> collapses_of(const Analysis& analysis) {
    const bool separated = std::ranges::all_of(
        analysis.points, [](const AnalysisPoint& point) { return point.separation > 0.0; });
    const Variable time{"time", "t - b log d", "t/log d", true, false};
    const Variable snr = separated
                             ? Variable{"log_snr", "log(snr d^b mu^2)", "-log(snr mu^2)/log d", false, true}
                             : Variable{"log_snr", "log(snr d^b)", "-log(snr)/log d", false, false};
    std::vector<CurveCollapse> collapses;
    for (const Collapsing& what : collapsing) {
        for (const Points& series : series_of(analysis, true))
            collapse_series(analysis, series, what, time, collapses);
        for (const Points& series : series_of(analysis, !separated))
            collapse_series(analysis, series, what, snr, collapses);
    }
    return collapses;
}

}  // namespace kairos::app
