// include/kairos/app/run_loop.hpp: next batch until done, then the fold: what a run measured, on any number of ranks the same.
//
//   rows of all batches --transpose--> this rank's slice of the columns of all batches --fold in batch order--> moments
//
// Source: docs/architecture.md, "Parallel shape".
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kairos/measure/ensemble.hpp"
#include "kairos/measure/jackknife.hpp"
#include "kairos/parallel/batch_plan.hpp"
#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/transpose.hpp"
#include "kairos/phases/clones.hpp"

namespace kairos::app {

struct Measured {
    parallel::ColumnSlice slice;            // of ColumnPlan::size, this rank's
    std::vector<measure::Moments> batches;  // [batch][column in slice]
    std::vector<measure::Moments> folded;   // [ColumnPlan::size], on every rank
    std::uint64_t batch_count = 0;
    std::map<std::string, std::vector<std::uint64_t>> decisions;  // name -> [T], on every rank
    std::vector<measure::Histogram> histograms;                   // on rank 0
    std::vector<measure::PathRecord> paths;                       // on rank 0, in order of trajectory
};

struct Watch {
    bool show_progress = false;
    std::function<void()> check = [] {};  // between steps; may throw
};

[[nodiscard]] Measured measure_ensemble(const measure::EnsembleSpec& spec, const dynamics::Schedule& schedule,
                                        const parallel::BatchPlan& batches,
                                        const parallel::Communicator& communicator, const Watch& watch);

// Folded moments of [branch time][quantity], on every rank (collective).
[[nodiscard]] std::vector<measure::Moments> measure_clones(const phases::CloneSpec& spec,
                                                           const dynamics::Schedule& schedule,
                                                           const parallel::BatchPlan& batches,
                                                           const parallel::Communicator& communicator,
                                                           const Watch& watch);

// The curves of a scalar column, batch by batch, on every rank (collective).
[[nodiscard]] std::vector<measure::MomentCurve> batch_curves(const Measured& measured,
                                                             const measure::Column& column, std::size_t times,
                                                             const parallel::Communicator& communicator);

}  // namespace kairos::app
