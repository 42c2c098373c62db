#include "analysis_laws.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

constexpr const char* schedule_parameters[] = {"process.beta-min", "process.beta-max", "process.sigma-min",
                                               "process.sigma-max"};

// Kind, then its parameters.
using ParameterValues = std::vector<std::string>;

std::string value_at(const AnalysisPoint& point, const std::string& key) {
    const auto found = point.keys.find(key);
    return found == point.keys.end() ? std::string() : found->second;
}

ParameterValues mark_of(const AnalysisPoint& point) {
    ParameterValues mark;
    for (const char* parameter : schedule_parameters) mark.push_back(value_at(point, parameter));
    return mark;
}

// Of all that are of one kind, the parameters in which they differ: "ve,sigma-min=0.01,sigma-max=50".
std::vector<std::string> names_of(const std::string& kind, const std::vector<ParameterValues>& marks) {
    std::vector<std::string> names(marks.size(), kind);
    for (std::size_t p = 0; p < std::size(schedule_parameters); ++p) {
        if (std::ranges::all_of(marks,
                                [&](const ParameterValues& mark) { return mark[p] == marks.front()[p]; }))
            continue;
        const std::string parameter = std::string(schedule_parameters[p]).substr(sizeof "process." - 1);
        for (std::size_t i = 0; i < marks.size(); ++i)
            names[i].append(",").append(parameter).append("=").append(marks[i][p]);
    }
    return names;
}

bool hangs_on_the_schedule(const std::string& key) {
    return key.starts_with("process.") || key.starts_with("time.");
}

bool is_parameter(const std::string& key) {
    return std::ranges::find(schedule_parameters, key) != std::end(schedule_parameters);
}

// Whether the name of the schedule says the value, for parameters its kind.
bool said_by_the_schedule(const std::vector<AnalysisPoint>& points, const std::string& key) {
    if (key == "process.kind" || !hangs_on_the_schedule(key)) return false;
    std::map<std::string, std::string> known;
    return std::ranges::all_of(points, [&](const AnalysisPoint& point) {
        const std::string schedule =
            is_parameter(key) ? value_at(point, "process.kind") : std::to_string(point.schedule);
        const std::string value = value_at(point, key);
        return known.emplace(schedule, value).first->second == value;
    });
}

}  // namespace

void name_schedules(Analysis& analysis) {
    std::map<dynamics::ScheduleKind, std::vector<ParameterValues>> kinds;
    for (const AnalysisPoint& point : analysis.points) {
        auto& marks = kinds[first_result(analysis, point).kind];
        if (std::ranges::find(marks, mark_of(point)) == marks.end()) marks.push_back(mark_of(point));
    }
    for (auto& [kind, marks] : kinds) {
        std::ranges::sort(marks);
        const std::size_t before = analysis.schedules.size();
        for (const std::string& name : names_of(dynamics::name(kind), marks))
            analysis.schedules.push_back(name);
        for (AnalysisPoint& point : analysis.points) {
            if (first_result(analysis, point).kind != kind) continue;
            const auto place = std::ranges::find(marks, mark_of(point)) - marks.begin();
            point.schedule = before + static_cast<std::size_t>(place);
        }
    }
}

void number_laws(Analysis& analysis) {
    std::vector<Keys> known;
    for (std::size_t i = 0; i < analysis.points.size(); ++i) {
        Keys law = analysis.points[i].keys;
        std::erase_if(law, [](const auto& entry) { return hangs_on_the_schedule(entry.first); });
        const auto found = std::ranges::find(known, law);
        const auto number = static_cast<std::size_t>(found - known.begin());
        if (found == known.end()) {
            known.push_back(law);
            analysis.laws.emplace_back();
        }
        analysis.points[i].law = number;
        analysis.laws[number].push_back(i);
    }
}

std::vector<std::string> varied_keys(const std::vector<AnalysisPoint>& points) {
    std::vector<std::string> varied;
    for (const std::string& key : point_keys()) {
        std::set<std::string> values;
        for (const AnalysisPoint& point : points) values.insert(value_at(point, key));
        if (values.size() > 1 && !said_by_the_schedule(points, key)) varied.push_back(key);
    }
    return varied;
}

void require_same_guidance(const AnalysedResult& first, const AnalysedResult& other) {
    const std::string key = "guidance.interval";
    const bool same =
        first.kind == other.kind && std::ranges::all_of(schedule_parameters, [&](const char* name) {
            return first.key(name) == other.key(name);
        });
    if (same || other.key(key).empty()) return;
    throw InputError(other.stored.file, "",
                     "has " + key + " = " + other.key(key) +
                         ", times of process.kind = " + dynamics::name(other.kind) + ", and " +
                         first.stored.file + " is of " + dynamics::name(first.kind),
                     "Guide at all times, or compare results of one schedule.");
}

}  // namespace kairos::app
