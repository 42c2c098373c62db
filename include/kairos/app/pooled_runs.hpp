// include/kairos/app/pooled_runs.hpp: results of one configuration and different ensemble.seed, taken together as one ensemble.
//
//   batches of the whole = those of the first file, then those of the second, ...; with several realisations of the disorder those of
//   realisation 0 of every file first, then those of realisation 1, ...
//
// The ensemble is what a run leaves in memory (Measured), so that findings and file are made as those of a run. Batches stay in the files
// and are read piece by piece: memory grows with the curves of one observable, not with what the files hold. Raw paths are those of the
// first file, whose trajectories are the first of the whole.
//
// Observables are folded from batches, as those of one run are; identities, clones, histograms and decisions from the sums that every file keeps.
// Errors: InputError (3) naming file and key: other physics, other times, a seed that comes twice, no batch moments, a damaged file.
#pragma once
#include <string>
#include <vector>

#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/app/stored_result.hpp"

namespace kairos::app {

struct PooledRun {
    std::string file;
    std::uint64_t trajectories;
    std::vector<std::uint64_t> batches;  // [realisation]
    std::vector<std::string> seeds;      // ensemble.seed, of every run behind the file
};

struct PooledRuns {
    Config config;  // that of the first, with the trajectories of all
    std::vector<Time> times;
    std::vector<PooledRun> runs;
    double wall_seconds;  // of all together
    [[nodiscard]] std::vector<std::string> seeds() const;
};

// Looks at every file; refuses what does not belong together.
[[nodiscard]] PooledRuns read_runs(const std::vector<std::string>& files, const std::string& output);

// plan: of the setup made from the configuration; must outlive what is made with it. Batches: columns of one observable at a time.
[[nodiscard]] BatchMoments batches_of(const PooledRuns& pooled, const measure::ColumnPlan& plan);
// [ColumnPlan::size]: minimum and maximum over the ensemble, of every observable; batches have none of their own.
[[nodiscard]] std::vector<measure::Moments> extremes_of(const PooledRuns& pooled,
                                                        const measure::ColumnPlan& plan);
// Decisions, histograms, landscape and paths.
void add_sums(const PooledRuns& pooled, const Setup& setup, const measure::ColumnPlan& plan,
              Measured& measured);
[[nodiscard]] Measured measured_of(const PooledRuns& pooled, const Setup& setup,
                                   const measure::ColumnPlan& plan);
// Empty without clones.
[[nodiscard]] MeasuredClones clones_of(const PooledRuns& pooled, const Setup& setup);

}  // namespace kairos::app
