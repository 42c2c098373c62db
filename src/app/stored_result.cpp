#include "kairos/app/stored_result.hpp"

#include <algorithm>
#include <set>

#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"
#include "result_columns.hpp"
#include "same_file.hpp"

namespace kairos::app {
namespace {

std::string value_of(const Keys& keys, const std::string& key) {
    const auto found = keys.find(key);
    if (found == keys.end()) return "(absent)";
    return found->second.empty() ? "(empty)" : found->second;
}

}  // namespace

Keys keys_of(const io::ResultReader& result) {
    Keys keys;
    for (const auto& [key, value] : result.texts("/config")) keys[key] = value;
    return keys;
}

Config config_of(const std::string& file, const Keys& keys) {
    std::vector<std::string> tokens;
    for (const auto& [key, value] : keys) {
        tokens.emplace_back("--");
        tokens.back().append(key).append("=").append(value);
    }
    try {
        return read_config("", tokens);
    } catch (const ConfigError& error) {
        throw InputError(file, "/config", "is not a configuration of this version: " + error.key,
                         "Use the kairos that wrote the file.");
    }
}

bool matches(const std::string& key, std::span<const std::string> patterns) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
        return pattern.ends_with('.') ? key.starts_with(pattern) : key == pattern;
    });
}

std::string difference(const Keys& first, const Keys& other, std::span<const std::string> may_differ) {
    std::set<std::string> names;
    for (const auto& entry : first) names.insert(entry.first);
    for (const auto& entry : other) names.insert(entry.first);
    for (const std::string& key : names)
        if (value_of(first, key) != value_of(other, key) && !matches(key, may_differ)) return key;
    return {};
}

void require_same_physics(const StoredConfig& first, const StoredConfig& other,
                          std::span<const std::string> may_differ, const std::string& mend) {
    const std::string key = difference(first.keys, other.keys, may_differ);
    if (key.empty()) return;
    std::string problem = "has ";
    problem.append(key).append(" = ").append(value_of(other.keys, key));
    problem.append(", and ").append(first.file).append(" has ").append(value_of(first.keys, key));
    throw InputError(
        other.file, "", problem,
        "These may differ: " + joined(may_differ, ", ") + "." + (mend.empty() ? "" : " ") + mend);
}

std::span<const std::string> may_change_between_runs() {
    static const std::vector<std::string> keys = {"output.file",    "observe.batch-moments",
                                                  "run.checkpoint", "run.checkpoint-interval",
                                                  "run.walltime",   "run.resume",
                                                  "run.grace"};
    return keys;
}

bool has_batches(const io::ResultReader& result, const std::string& observable) {
    return result.has("/batches/" + observable);
}

std::vector<std::uint64_t> batches_of_realisations(const io::ResultReader& result) {
    std::vector<std::uint64_t> batches;
    if (!result.has("/realisation")) return {result.shape("/batch").front()};
    for (const double count : result.numbers("/realisation", "batches"))
        batches.push_back(static_cast<std::uint64_t>(count));
    return batches;
}

std::vector<measure::MomentCurve> batches_of(const io::ResultReader& result, const std::string& observable) {
    const std::string group = "/batches/" + observable + "/";
    std::vector<measure::MomentCurve> curves;
    for (const auto& [name, field] : moment_fields) {
        const io::ResultArray array = result.array(group + name);
        const bool first = curves.empty();
        if (array.shape.size() != 2 || array.values.empty() ||
            (!first && array.values.size() != curves.size() * curves.front().size()))
            throw InputError(result.file(), group + name, "is not [batch, time]", "The file is damaged.");
        if (first) curves.assign(array.shape[0], measure::MomentCurve(array.shape[1]));
        for (std::size_t b = 0; b < array.shape[0]; ++b)
            for (std::size_t i = 0; i < array.shape[1]; ++i)
                curves[b][i].*field = array.values[b * array.shape[1] + i];
    }
    return curves;
}

void require_apart(const std::string& command, const std::string& output,
                   const std::vector<std::string>& files) {
    const std::string name = shared_name(names_of_output(output), files);
    if (!name.empty())
        throw ConfigError(command, output, meets(output, name, "one of the files to be read"), "another file",
                          "");
}

phases::CriticalTime stored_transition(const io::ResultReader& result, const std::string& name) {
    const std::string group = "/transitions/" + name + "/";
    return {result.scalar(group + "time"), result.scalar(group + "stderr"), result.scalar(group + "ci95_low"),
            result.scalar(group + "ci95_high"), result.scalar(group + "theory")};
}

measure::Distribution stored_decisions(const io::ResultReader& result, const std::string& name,
                                       const std::string& axis) {
    const std::string path = "/decisions/" + name + "/count";
    auto counted = result.vector(path), at = result.vector(axis);
    if (counted.size() != at.size() || at.empty())
        throw InputError(result.file(), path, "is not [time]", "The file is damaged.");
    if (at.front() > at.back()) {
        std::ranges::reverse(counted);
        std::ranges::reverse(at);
    }
    std::vector<std::uint64_t> counts;
    std::vector<Time> places;
    counts.reserve(counted.size());
    places.reserve(at.size());
    for (const double count : counted) counts.push_back(static_cast<std::uint64_t>(count));
    for (const double place : at) places.push_back(Time{place});
    return measure::distribution_of(places, counts,
                                    static_cast<std::uint64_t>(result.number("/", "trajectories")));
}

}  // namespace kairos::app
