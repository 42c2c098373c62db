#include "kairos/app/analysis_schedules.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "kairos/base/array.hpp"

namespace kairos::app {
namespace {

using dynamics::ScheduleKind;
using PointNumbers = std::vector<std::size_t>;

// Of the distance of two observation times: how far grids in log snr may differ and still see decisions alike.
constexpr double alike = 1e-3;

// Schedules whose alpha is the same function of snr: x is the same process up to the clock.
enum class Frame { variance_preserving, unscaled, interpolating };
Frame frame_of(ScheduleKind kind) {
    switch (kind) {
        case ScheduleKind::ou:
        case ScheduleKind::vp_linear:
        case ScheduleKind::vp_cosine:
            return Frame::variance_preserving;
        case ScheduleKind::ve:
        case ScheduleKind::edm:
            return Frame::unscaled;
        case ScheduleKind::flow_matching:
            break;
    }
    return Frame::interpolating;
}

bool same_observations(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i + 1 < a.size(); ++i) {
        const double spacing = std::abs(a[i + 1] - a[i]);
        if (std::abs(a[i] - b[i]) > alike * spacing || std::abs(a[i + 1] - b[i + 1]) > alike * spacing)
            return false;
    }
    return true;
}

bool is_decision(const std::string& name) {
    return name.starts_with("class_") || name.starts_with("datum_") || name == "collapse_nearest";
}

bool is_closed(const std::string& name) {
    return name.starts_with("speciation_spectral") || name.starts_with("speciation_stability");
}

// All results of some points, file by file.
std::vector<const AnalysedResult*> results_at(const Analysis& analysis, const PointNumbers& points) {
    std::vector<const AnalysedResult*> results;
    for (const std::size_t i : points)
        for (const auto& realisation : analysis.points[i].realisations)
            for (const std::size_t file : realisation) results.push_back(&analysis.results[file]);
    return results;
}

// Empty where theory makes the criterion fall at one log snr.
std::string why_not(const std::string& name, const std::vector<const AnalysedResult*>& results) {
    const auto all = [&](auto holds) {
        return std::ranges::all_of(results, [&](const AnalysedResult* result) { return holds(*result); });
    };
    const AnalysedResult& first = *results.front();
    const bool any_ou = !all([](const AnalysedResult& r) { return r.kind != ScheduleKind::ou; });
    const bool all_ou = all([](const AnalysedResult& r) { return r.kind == ScheduleKind::ou; });
    if (name.starts_with("speciation_spectral") && any_ou && !all_ou)
        return "ou has the convention Lambda alpha^2 = 1";
    if (name.starts_with("speciation_stability") &&
        !all([&](const AnalysedResult& r) { return frame_of(r.kind) == frame_of(first.kind); }))
        return "depends on the frame of x";
    if (is_closed(name)) return "";
    if (!all([](const AnalysedResult& r) { return r.exact; })) return "states are not those of p_t";
    if (is_decision(name) &&
        !all([&](const AnalysedResult& r) { return same_observations(r.log_snr, first.log_snr); }))
        return "observation times differ in log snr";
    return "";
}

// Draws that all points share make no difference between them.
bool one_disorder_everywhere(const Analysis& analysis, const PointNumbers& points) {
    const auto draws_at = [&](std::size_t i) {
        std::set<std::pair<std::string, std::string>> draws;
        for (const AnalysedResult* result : results_at(analysis, {i}))
            if (result->disorder) draws.emplace(result->key("data.seed"), result->key("data.realisations"));
        return draws;
    };
    return std::ranges::all_of(points,
                               [&](std::size_t i) { return draws_at(i) == draws_at(points.front()); });
}

// Draws that differ, and no spread between them to judge the difference by.
bool unknown_disorder(const std::vector<PointTransition>& at_points, const PointNumbers& points) {
    return std::ranges::any_of(points,
                               [&](std::size_t i) { return !std::isfinite(at_points[i].disorder_error); });
}

// The error of each is that of its trajectories where all share one disorder.
measure::Agreement agreement_of(const std::vector<PointTransition>& at_points, const PointNumbers& points,
                                bool shared) {
    std::vector<measure::Realised> estimates;
    for (const std::size_t i : points)
        estimates.push_back(
            {at_points[i].value, shared ? at_points[i].noise : at_points[i].standard_error()});
    return measure::agreement(estimates);
}

ScheduleComparison compared(const Analysis& analysis, const std::string& name, std::size_t law,
                            const std::vector<PointTransition>& at_points, const PointNumbers& points) {
    const bool shared = one_disorder_everywhere(analysis, points);
    ScheduleComparison found{name, law, points, why_not(name, results_at(analysis, points)),
                             agreement_of(at_points, points, shared)};
    if (found.not_compared.empty() && !shared && unknown_disorder(at_points, points))
        found.not_compared = "of single draws of the disorder that differ";
    if (!found.not_compared.empty())
        found.log_snr = {nan, nan, found.log_snr.range, nan, 0, nan, found.log_snr.farthest};
    return found;
}

}  // namespace

std::vector<ScheduleComparison> comparisons_of(const Analysis& analysis, const TransitionTable& in_log_snr) {
    std::vector<ScheduleComparison> comparisons;
    for (const auto& [name, at_points] : in_log_snr)
        for (std::size_t law = 0; law < analysis.laws.size(); ++law) {
            PointNumbers points;
            std::set<std::size_t> schedules;
            for (const std::size_t i : analysis.laws[law]) {
                if (!std::isfinite(at_points[i].value)) continue;
                points.push_back(i);
                schedules.insert(analysis.points[i].schedule);
            }
            if (schedules.size() > 1) comparisons.push_back(compared(analysis, name, law, at_points, points));
        }
    return comparisons;
}

}  // namespace kairos::app
