#include "kairos/app/analysis_points.hpp"

#include <algorithm>
#include <set>

#include "analysis_laws.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/array.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

double number_of(const Keys& keys, const std::string& key) {
    const auto found = keys.find(key);
    const auto value = found == keys.end() ? std::nullopt : parse_real(found->second);
    return value.value_or(nan);
}

AnalysisPoint point_of(const AnalysedResult& result) {
    AnalysisPoint point;
    for (const std::string& key : point_keys())
        if (const auto found = result.stored.keys.find(key); found != result.stored.keys.end())
            point.keys[key] = found->second;
    point.dimension = number_of(point.keys, "data.dimension");
    point.samples = result.samples;
    point.separation = number_of(point.keys, "data.separation");
    point.components = number_of(point.keys, "data.components");
    point.guidance = number_of(point.keys, "guidance.weight");
    return point;
}

bool one_disorder(const AnalysedResult& a, const AnalysedResult& b) {
    return !a.disorder || a.key("data.seed") == b.key("data.seed");
}

// Into the realisation it belongs to, or a new one.
void join(AnalysisPoint& point, std::size_t which, const std::vector<AnalysedResult>& results) {
    const AnalysedResult& result = results[which];
    for (auto& realisation : point.realisations) {
        if (!one_disorder(results[realisation.front()], result)) continue;
        for (const std::size_t other : realisation)
            if (results[other].key("ensemble.seed") == result.key("ensemble.seed"))
                throw InputError(result.stored.file, "",
                                 "has the noise and the data of " + results[other].stored.file +
                                     " (ensemble.seed = " + result.key("ensemble.seed") + ")",
                                 "Give every run of one configuration its own ensemble.seed.");
        realisation.push_back(which);
        return;
    }
    point.realisations.push_back({which});
}

std::vector<AnalysisPoint> grouped(const std::vector<AnalysedResult>& results) {
    std::vector<AnalysisPoint> points;
    for (std::size_t i = 0; i < results.size(); ++i) {
        AnalysisPoint point = point_of(results[i]);
        auto known = std::ranges::find(points, point.keys, &AnalysisPoint::keys);
        if (known == points.end()) known = points.insert(known, std::move(point));
        join(*known, i, results);
    }
    for (AnalysisPoint& point : points)
        for (const auto& realisation : point.realisations) point.draws += results[realisation.front()].draws;
    return points;
}

void sort_points(std::vector<AnalysisPoint>& points) {
    std::ranges::stable_sort(points, {}, [](const AnalysisPoint& p) {
        return std::tuple(p.separation, p.components, p.guidance, p.schedule, p.dimension, p.samples);
    });
}

std::vector<std::string> notes_on(const Analysis& analysis) {
    std::vector<std::string> notes;
    if (analysis.points.size() < 2) return notes;
    std::map<std::string, std::string> file_of;
    for (const AnalysisPoint& point : analysis.points) {
        const AnalysedResult& result = first_result(analysis, point);
        const auto [known, fresh] = file_of.emplace(result.key("ensemble.seed"), result.stored.file);
        if (fresh) continue;
        notes.push_back(
            known->second + " and " + result.stored.file + " share ensemble.seed = " + known->first +
            ": their noise may be alike, errors of fits too large and chi^2 too small; give every "
            "point its own seed");
        break;
    }
    for (const AnalysedResult& result : analysis.results)
        if (result.curves.empty() && result.key("observe.batch-moments") == "false")
            notes.push_back(result.stored.file +
                            " has no batch moments (observe.batch-moments = false): no jackknife over its "
                            "batches, and no data collapse with it");
    return notes;
}

}  // namespace

std::span<const std::string> point_keys() {
    static const std::vector<std::string> keys = {
        "data.dimension", "data.samples",     "data.separation",  "data.separations",  "data.components",
        "process.kind",   "process.beta-min", "process.beta-max", "process.sigma-min", "process.sigma-max",
        "process.t-min",  "process.t-max",    "time.grid",        "time.points",       "time.list",
        "time.entropy",   "guidance.weight"};
    return keys;
}

std::span<const std::string> may_vary() {
    static const std::vector<std::string> keys = [] {
        std::vector<std::string> all(point_keys().begin(), point_keys().end());
        for (const char* more : {"data.seed", "data.realisations", "ensemble.seed", "ensemble.trajectories",
                                 "ensemble.batch", "ensemble.target", "ensemble.representation", "observe.",
                                 "clones.", "bifurcation.", "landscape.", "output.", "run."})
            all.emplace_back(more);
        return all;
    }();
    return keys;
}

std::size_t AnalysisPoint::files() const {
    std::size_t count = 0;
    for (const auto& realisation : realisations) count += realisation.size();
    return count;
}

const AnalysedResult& first_result(const Analysis& analysis, const AnalysisPoint& point) {
    return analysis.results[point.realisations.front().front()];
}

Analysis read_analysis(const std::vector<std::string>& files) {
    Analysis analysis;
    for (const std::string& file : files) {
        analysis.results.push_back(read_analysed_result(file));
        require_same_physics(analysis.results.front().stored, analysis.results.back().stored, may_vary());
        require_same_guidance(analysis.results.front(), analysis.results.back());
    }
    analysis.points = grouped(analysis.results);
    name_schedules(analysis);
    sort_points(analysis.points);
    number_laws(analysis);
    analysis.varied = varied_keys(analysis.points);
    analysis.notes = notes_on(analysis);
    return analysis;
}

}  // namespace kairos::app
