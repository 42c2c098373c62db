#include "kairos/app/pooled_runs.hpp"

#include <algorithm>
#include <map>

#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

// What differs between runs that are pooled: how many trajectories, of which noise, kept where.
const std::vector<std::string>& may_differ() {
    static const std::vector<std::string> keys = {
        "ensemble.seed",   "ensemble.trajectories", "ensemble.batch",
        "ensemble.target", "observe.paths",         "observe.states",
        "clones.pairs",    "output.file",           "run."};
    return keys;
}

std::vector<std::string> seeds_of(const io::ResultReader& result, const Keys& keys) {
    if (result.has_attribute("/", "merged_seeds")) return split_list(result.text("/", "merged_seeds"));
    return {keys.at("ensemble.seed")};
}

void require_batches(const io::ResultReader& result, const Keys& keys) {
    const auto kept = keys.find("observe.batch-moments");
    if (kept == keys.end() || kept->second == "true") return;
    throw InputError(
        result.file(), "",
        "has no batch moments (observe.batch-moments = false), which pooling and its jackknife errors "
        "rest on",
        "Run it again with observe.batch-moments = true.");
}

void require_times(const io::ResultReader& result, const std::vector<double>& times,
                   const std::string& first) {
    if (result.vector("/time") != times)
        throw InputError(
            result.file(), "/time", "has other observation times than " + first,
            "Pool runs of one time grid; an entropic grid found by a pilot depends on ensemble.seed: "
            "give its times as time.list.");
}

// Every seed once: the same seed is the same noise, not more of it.
void require_new_seeds(const PooledRun& run, std::map<std::string, std::string>& file_of) {
    for (const std::string& seed : run.seeds) {
        const auto [known, fresh] = file_of.emplace(seed, run.file);
        if (!fresh)
            throw InputError(
                run.file, "",
                "has ensemble.seed = " + seed + ", as " + known->second + " has: the same noise twice",
                "Pool runs of different ensemble.seed.");
    }
}

Config config_of_all(const PooledRuns& pooled, Keys keys, const std::string& output) {
    std::uint64_t trajectories = 0;
    for (const PooledRun& run : pooled.runs) trajectories += run.trajectories;
    keys["ensemble.trajectories"] = std::to_string(trajectories);
    keys["output.file"] = output;
    Config config = config_of(pooled.runs.front().file, keys);
    config.paths = std::min(config.paths, pooled.runs.front().trajectories);  // those that the first file has
    return config;
}

}  // namespace

std::vector<std::string> PooledRuns::seeds() const {
    std::vector<std::string> all;
    for (const PooledRun& run : runs) all.insert(all.end(), run.seeds.begin(), run.seeds.end());
    return all;
}

PooledRuns read_runs(const std::vector<std::string>& files, const std::string& output) {
    PooledRuns pooled;
    StoredConfig first;
    std::vector<double> times;
    std::map<std::string, std::string> file_of_seed;
    pooled.wall_seconds = 0;
    for (const std::string& file : files) {
        const io::ResultReader result(file);
        const StoredConfig stored{file, keys_of(result)};
        if (pooled.runs.empty()) {
            first = stored;
            times = result.vector("/time");
        }
        require_batches(result, stored.keys);
        require_same_physics(first, stored, may_differ());
        require_times(result, times, first.file);
        pooled.runs.push_back({file, static_cast<std::uint64_t>(result.number("/", "trajectories")),
                               batches_of_realisations(result), seeds_of(result, stored.keys)});
        require_new_seeds(pooled.runs.back(), file_of_seed);
        pooled.wall_seconds += result.number("/", "wall_seconds");
    }
    for (const double t : times) pooled.times.push_back(Time{t});
    pooled.config = config_of_all(pooled, first.keys, output);
    return pooled;
}

}  // namespace kairos::app
