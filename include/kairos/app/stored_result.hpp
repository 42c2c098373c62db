// include/kairos/app/stored_result.hpp: what a result file says about the run behind it, and when two runs are of one kind.
//
// Errors: InputError (exit code 3) naming file and key: a configuration that this version cannot read, or two files of different physics.
#pragma once
#include <map>
#include <span>
#include <string>

#include "kairos/app/config.hpp"
#include "kairos/io/read_result.hpp"
#include "kairos/measure/decisions.hpp"
#include "kairos/measure/jackknife.hpp"
#include "kairos/measure/recorder.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::app {

using Keys = std::map<std::string, std::string>;  // key -> value, as /config holds them

[[nodiscard]] Keys keys_of(const io::ResultReader& result);
// The configuration of the run, read and judged as if given anew.
[[nodiscard]] Config config_of(const std::string& file, const Keys& keys);

// A pattern is a key or, ending in '.', all keys of a section.
[[nodiscard]] bool matches(const std::string& key, std::span<const std::string> patterns);

struct StoredConfig {
    std::string file;
    Keys keys;
};
// The first key in which they differ and that matches no pattern: empty where there is none.
[[nodiscard]] std::string difference(const Keys& first, const Keys& other,
                                     std::span<const std::string> may_differ);
// InputError naming `other` and that key.
void require_same_physics(const StoredConfig& first, const StoredConfig& other,
                          std::span<const std::string> may_differ, const std::string& mend = "");
// The keys by which runs of one ensemble may differ that go on from one another.
[[nodiscard]] std::span<const std::string> may_change_between_runs();

// Whether the file has /batches/NAME (it has none with observe.batch-moments = false).
[[nodiscard]] bool has_batches(const io::ResultReader& result, const std::string& observable);
// Numbers of batches of the realisations of the disorder, which follow one another: one number without them.
[[nodiscard]] std::vector<std::uint64_t> batches_of_realisations(const io::ResultReader& result);
// The curves of all batches of a scalar observable; [batch][T], minimum and maximum not known.
[[nodiscard]] std::vector<measure::MomentCurve> batches_of(const io::ResultReader& result,
                                                           const std::string& observable);

// From the counts of a decision, over the observation times or another monotonic function of them ("/schedule/log_snr").
[[nodiscard]] measure::Distribution stored_decisions(const io::ResultReader& result, const std::string& name,
                                                     const std::string& axis = "/time");
[[nodiscard]] phases::CriticalTime stored_transition(const io::ResultReader& result, const std::string& name);

// ConfigError if the output of a command, or a name that it takes beside it, is one of the files it reads.
void require_apart(const std::string& command, const std::string& output,
                   const std::vector<std::string>& files);

// The raw paths of a result, in its order; x in the coordinates of the file. plan: of the run.
[[nodiscard]] std::vector<measure::PathRecord> stored_paths(const io::ResultReader& result,
                                                            const measure::ColumnPlan& plan);

}  // namespace kairos::app
