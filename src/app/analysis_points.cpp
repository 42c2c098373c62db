#include "kairos/app/analysis_points.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "kairos/app/text.hpp"
#include "kairos/base/array.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

constexpr std::size_t most_blocks = 64;
constexpr const char* curves_that_collapse[] = {"class_collision", "class_entropy", "order_parameter"};

// The transitions of every draw within a file; one that has no curve of its own is that of the file.
void read_transitions(const io::ResultReader& result, AnalysedResult& read) {
    for (const auto& name : result.groups("/transitions")) {
        const auto whole = read.transitions[name] = stored_transition(result, name);
        const std::string group = "/realisations/transitions/" + name;
        if (!result.has(group)) {
            read.realised[name] = {whole};
            continue;
        }
        const auto times = result.vector(group + "/time"), errors = result.vector(group + "/stderr");
        if (errors.size() != times.size())
            throw InputError(result.file(), group + "/stderr", "is not [realisation]",
                             "The file is damaged.");
        for (std::size_t r = 0; r < times.size(); ++r)
            read.realised[name].push_back({times[r], errors[r], std::nan(""), std::nan(""), whole.theory});
    }
}

// Decisions are counted over all draws of a file together.
void read_decisions(const io::ResultReader& result, AnalysedResult& read) {
    for (const auto& name : result.groups("/decisions")) {
        const auto found = stored_decisions(result, name);
        const auto with_interval = [](double value, double error) {
            return phases::CriticalTime{value, error, value - normal_quantile * error,
                                        value + normal_quantile * error, std::nan("")};
        };
        read.transitions[name] = with_interval(found.mean, found.standard_error);
        read.realised[name] = {read.transitions[name]};
        read.widths[name] = {with_interval(found.width, found.width_error)};
    }
}

void read_curves(const io::ResultReader& result, AnalysedResult& read) {
    const std::vector<std::uint64_t> batches = batches_of_realisations(result);
    read.draws = batches.size();
    for (const std::string observable : curves_that_collapse) {
        if (!has_batches(result, observable)) continue;
        const auto all = batches_of(result, observable);
        if (all.front().size() != read.times.size()) continue;
        std::size_t begin = 0;
        for (const std::uint64_t count : batches) {
            if (begin + count > all.size())
                throw InputError(result.file(), "/realisation", "counts more batches than there are",
                                 "The file is damaged.");
            read.curves[observable].push_back(
                measure::blocks_of(std::span(all).subspan(begin, count), most_blocks));
            begin += count;
        }
    }
}

AnalysedResult read_result(const std::string& file) {
    const io::ResultReader result(file);
    AnalysedResult read;
    read.stored = {file, keys_of(result)};
    read.disorder = config_of(file, read.stored.keys).has_disorder();
    read.times = result.vector("/time");
    read.log_snr = result.vector("/schedule/log_snr");
    if (read.log_snr.size() != read.times.size())
        throw InputError(file, "/schedule/log_snr", "is not [time]", "The file is damaged.");
    if (result.has("/class")) read.classes = static_cast<double>(result.vector("/class").size());
    read_transitions(result, read);
    read_decisions(result, read);
    read_curves(result, read);
    return read;
}

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
    point.samples = number_of(point.keys, "data.samples");
    point.separation = number_of(point.keys, "data.separation");
    point.components = number_of(point.keys, "data.components");
    return point;
}

const std::string& key(const AnalysedResult& result, const std::string& name) {
    static const std::string absent;
    const auto found = result.stored.keys.find(name);
    return found == result.stored.keys.end() ? absent : found->second;
}

bool one_disorder(const AnalysedResult& a, const AnalysedResult& b) {
    return !a.disorder || key(a, "data.seed") == key(b, "data.seed");
}

// Into the realisation it belongs to, or a new one.
void join(AnalysisPoint& point, std::size_t which, const std::vector<AnalysedResult>& results) {
    const AnalysedResult& result = results[which];
    for (auto& realisation : point.realisations) {
        if (!one_disorder(results[realisation.front()], result)) continue;
        for (const std::size_t other : realisation)
            if (key(results[other], "ensemble.seed") == key(result, "ensemble.seed"))
                throw InputError(result.stored.file, "",
                                 "has the noise and the data of " + results[other].stored.file +
                                     " (ensemble.seed = " + key(result, "ensemble.seed") + ")",
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
    std::ranges::stable_sort(points, {}, [](const AnalysisPoint& p) {
        return std::tuple(p.separation, p.components, p.dimension, p.samples);
    });
    return points;
}

std::vector<std::string> varied_keys(const std::vector<AnalysisPoint>& points) {
    std::vector<std::string> varied;
    for (const std::string& name : point_keys()) {
        std::set<std::string> values;
        for (const AnalysisPoint& point : points)
            values.insert(point.keys.contains(name) ? point.keys.at(name) : "");
        if (values.size() > 1) varied.push_back(name);
    }
    return varied;
}

std::vector<std::string> notes_on(const Analysis& analysis) {
    std::vector<std::string> notes;
    if (analysis.points.size() < 2) return notes;
    std::map<std::string, std::string> file_of;
    for (const AnalysisPoint& point : analysis.points) {
        const AnalysedResult& result = analysis.results[point.realisations.front().front()];
        const auto [known, fresh] = file_of.emplace(key(result, "ensemble.seed"), result.stored.file);
        if (fresh) continue;
        notes.push_back(
            known->second + " and " + result.stored.file + " share ensemble.seed = " + known->first +
            ": their noise may be alike, errors of fits too large and chi^2 too small; give every "
            "point its own seed");
        break;
    }
    for (const AnalysedResult& result : analysis.results)
        if (result.curves.empty() && key(result, "observe.batch-moments") == "false")
            notes.push_back(result.stored.file +
                            " has no batch moments (observe.batch-moments = false): no jackknife over its "
                            "batches, and no data collapse with it");
    return notes;
}

}  // namespace

std::span<const std::string> point_keys() {
    static const std::vector<std::string> keys = {"data.dimension",   "data.samples",    "data.separation",
                                                  "data.separations", "data.components", "process.t-min",
                                                  "process.t-max",    "time.grid",       "time.points",
                                                  "time.list",        "time.entropy"};
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

Analysis read_analysis(const std::vector<std::string>& files) {
    Analysis analysis;
    for (const std::string& file : files) {
        analysis.results.push_back(read_result(file));
        require_same_physics(analysis.results.front().stored, analysis.results.back().stored, may_vary());
    }
    analysis.points = grouped(analysis.results);
    analysis.varied = varied_keys(analysis.points);
    analysis.notes = notes_on(analysis);
    return analysis;
}

}  // namespace kairos::app
