// include/kairos/app/run_loop.hpp: next batch until done, then the fold: what a run measured, on any number of ranks the same.
//
//   rows of all batches --transpose--> this rank's slice of the columns of all batches --fold by the tree of batches--> moments
//
// Batches may have different laws (realisations of the disorder): parts of the plan are run one after another, each with the law of its
// own spec, which is not needed once its part is done. Whatever the part, a batch has its number, trajectories and noise from the
// plan of the whole ensemble. What was measured stands part after part, and is folded by parts first.
//
// A team of ranks may work on a batch together (run.data-shards): its leader alone keeps what was measured.
//
// Source: docs/architecture.md, "Parallel shape".
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kairos/app/run_state.hpp"
#include "kairos/app/target.hpp"
#include "kairos/app/work_times.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/measure/tree_fold.hpp"
#include "kairos/parallel/batch_plan.hpp"
#include "kairos/parallel/teams.hpp"
#include "kairos/parallel/transpose.hpp"
#include "kairos/phases/clones.hpp"

namespace kairos::app {

// The moments of some batches in some columns of this rank's slice, [batch][column]: kept in memory by a run, read from files by a merge.
using BatchMoments =
    std::function<std::vector<measure::Moments>(parallel::BatchRange, parallel::ColumnSlice columns)>;

struct Measured {
    parallel::ColumnSlice slice;           // of ColumnPlan::size, this rank's
    BatchMoments batches;                  // of every observable
    std::vector<measure::Moments> folded;  // [ColumnPlan::size], on every rank
    std::uint64_t batch_count = 0;
    // Of the slice: the subtrees of every realisation, without a last batch that is not full.
    std::vector<measure::TreeFold::Subtree> full_batches;
    std::vector<parallel::BatchRange> realisations;               // batches that shared a law stand together
    std::vector<measure::Moments> folded_each;                    // [realisation][column in slice]
    std::map<std::string, std::vector<std::uint64_t>> decisions;  // name -> [T], on every rank
    std::vector<measure::Histogram> histograms;                   // on rank 0
    std::vector<measure::PathRecord> paths;                       // on rank 0, in order of trajectory
    measure::Landscape landscape;                                 // on every rank
};

struct Watch {
    bool show_progress = false;
    // Between steps, on any rank: whether the run shall be halted, given what this rank knows already. May throw.
    std::function<parallel::Halt(parallel::Halt known)> wanted = [](parallel::Halt known) { return known; };
    // Between batches, on all ranks, when it is: keeps what there is, and throws where the run shall end.
    std::function<void(parallel::Halt)> halted = [](parallel::Halt) {};
};

// What an ensemble of batches needs beside a law; all must outlive the run.
struct RunContext {
    const dynamics::Schedule& schedule;
    const parallel::BatchPlan& batches;
    const parallel::Teams& teams;
    const Watch& watch;
};

// Collective: run() for all parts of the plan in order, then finish().
class EnsembleRun {
public:
    explicit EnsembleRun(const RunContext& context) : context_(context) {}
    // With a target the part may end before its end.
    void run(const measure::EnsembleSpec& spec, parallel::BatchSeries part,
             const std::optional<Target>& target = std::nullopt);
    [[nodiscard]] std::uint64_t batches_done() const {
        return parts_.empty() ? 0 : parts_.back().places().end;
    }
    [[nodiscard]] Measured finish();
    [[nodiscard]] const WorkTimes& times() const { return times_; }

    // Of batches that are finished: before the first run(), and at any time.
    void restore(EnsembleState state);
    [[nodiscard]] const EnsembleState& state() const { return state_; }
    [[nodiscard]] EnsembleState take_state() { return std::move(state_); }

private:
    void prepare(const measure::EnsembleSpec& spec, const measure::Ensemble& ensemble);

    RunContext context_;
    std::vector<parallel::BatchSeries> parts_;
    std::size_t columns_ = 0;
    EnsembleState state_;
    WorkTimes times_;
};

struct MeasuredClones {
    std::vector<measure::Moments> moments;  // [phases::clone_columns], on every rank; empty: no clones
    measure::Histogram overlaps =
        measure::Histogram(0);  // [branch time * T + observation time], on rank 0; empty unless asked for
};

class CloneRun {
public:
    explicit CloneRun(const RunContext& context) : context_(context) {}
    void run(const phases::CloneSpec& spec, const parallel::BatchSeries& part);
    [[nodiscard]] MeasuredClones finish();
    [[nodiscard]] const WorkTimes& times() const { return times_; }

    void restore(CloneState state) { state_ = std::move(state); }
    [[nodiscard]] const CloneState& state() const { return state_; }
    [[nodiscard]] CloneState take_state() { return std::move(state_); }

private:
    RunContext context_;
    std::vector<parallel::BatchSeries> parts_;
    std::size_t columns_ = 0;
    CloneState state_;
    WorkTimes times_;
};

// An ensemble of one law.
[[nodiscard]] Measured measure_ensemble(const measure::EnsembleSpec& spec, const RunContext& context);

}  // namespace kairos::app
