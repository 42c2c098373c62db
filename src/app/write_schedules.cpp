#include "write_schedules.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "kairos/app/text.hpp"
#include "summary_arrays.hpp"

namespace kairos::app {
namespace {

using io::ResultFile;

// The comparisons of one criterion, a law each.
void write_comparison(ResultFile& file, const Analysis& analysis,
                      const std::vector<const ScheduleComparison*>& comparisons) {
    const std::string group = "/schedules/" + comparisons.front()->transition, axis = group + "/law";
    std::vector<std::int64_t> laws, farthest, compared;
    std::vector<std::string> reasons;
    for (const ScheduleComparison* one : comparisons) {
        laws.push_back(static_cast<std::int64_t>(one->law));
        farthest.push_back(static_cast<std::int64_t>(analysis.points[one->farthest()].schedule));
        compared.push_back(one->not_compared.empty() ? 1 : 0);
        if (!one->not_compared.empty() && std::ranges::find(reasons, one->not_compared) == reasons.end())
            reasons.push_back(one->not_compared);
    }
    file.scale(axis, std::span<const std::int64_t>(laws), "law, as in points/law", "dimensionless");
    file.attributes(group, {{"not_compared", joined(reasons, "; ")}});
    file.write(group + "/compared", {axis}, std::span<const std::int64_t>(compared),
               {{"long_name", "1 where theory makes all schedules agree"}});
    file.write(group + "/farthest", {axis}, std::span<const std::int64_t>(farthest),
               {{"long_name", "schedule of the largest z"}});
    const auto write_each = [&](const char* name, auto read, const char* meaning) {
        write_doubles(file, group + "/" + name, {axis},
                      each(comparisons, [&](const auto* one) { return read(one->log_snr); }), meaning);
    };
    write_each(
        "log_snr", [](const auto& a) { return a.mean; }, "weighted mean over the points of the law");
    write_each(
        "stderr", [](const auto& a) { return a.standard_error; }, "its error");
    write_each(
        "range", [](const auto& a) { return a.range; }, "largest less smallest");
    write_each(
        "chi2", [](const auto& a) { return a.chi2; }, "chi^2");
    write_each(
        "dof", [](const auto& a) { return a.degrees_of_freedom; }, "degrees of freedom");
    write_each(
        "largest_z", [](const auto& a) { return a.largest_z; }, "of the point farthest from the mean");
}

}  // namespace

void write_schedule_of_points(ResultFile& file, const Analysis& analysis) {
    std::vector<std::int64_t> schedules, laws, numbers(analysis.schedules.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    for (const AnalysisPoint& point : analysis.points) {
        schedules.push_back(static_cast<std::int64_t>(point.schedule));
        laws.push_back(static_cast<std::int64_t>(point.law));
    }
    file.write("/points/schedule", {"/point"}, std::span<const std::int64_t>(schedules),
               {{"long_name", "noise schedule"},
                {"flag_values", numbers},
                {"flag_meanings", joined(analysis.schedules, " ")}});
    file.write("/points/law", {"/point"}, std::span<const std::int64_t>(laws),
               {{"long_name", "law: points of one law differ in the schedule and its times alone"}});
}

void write_transitions_in_log_snr(ResultFile& file, const TransitionTable& in_log_snr) {
    for (const auto& entry : in_log_snr) {
        const std::vector<PointTransition>& at_points = entry.second;
        const auto write_each = [&, group = "/transitions/" + entry.first + "/log_snr"](
                                    const char* ending, double PointTransition::*number,
                                    const char* meaning) {
            write_doubles(file, group + ending, {"/point"},
                          each(at_points, [&](const auto& t) { return t.*number; }), meaning);
        };
        write_each("", &PointTransition::value, "log snr, mean over the realisations");
        write_each("_stderr", &PointTransition::noise, "error of the trajectories");
        write_each("_spread", &PointTransition::spread,
                   "standard deviation between realisations, path noise removed");
        write_each("_disorder_stderr", &PointTransition::disorder_error,
                   "error as an average over the disorder");
        write_each("_ci95_low", &PointTransition::ci95_low, "95 % interval");
        write_each("_ci95_high", &PointTransition::ci95_high, "95 % interval");
        write_each("_theory", &PointTransition::theory, "continuous-time root or peak");
        if (std::ranges::none_of(at_points, [](const auto& t) { return std::isfinite(t.width); })) continue;
        write_each("_width", &PointTransition::width, "standard deviation between paths");
        write_each("_width_stderr", &PointTransition::width_error, "its error");
    }
}

void write_comparisons(ResultFile& file, const AnalysisFindings& findings) {
    std::map<std::string, std::vector<const ScheduleComparison*>> criteria;
    for (const ScheduleComparison& comparison : findings.comparisons)
        criteria[comparison.transition].push_back(&comparison);
    for (const auto& entry : criteria) write_comparison(file, findings.analysis, entry.second);
}

}  // namespace kairos::app
