// include/kairos/app/run_state.hpp: what the finished batches of a run left behind, in memory and between ranks.
//
// Rows of moments stay apart, batch by batch, on the rank that worked on them (or read them from a checkpoint); everything else adds up:
// it lies in parts on any ranks, and what counts is the sum, which no order changes. So the state of a run is that of its finished
// batches, whoever ran them and however often it was interrupted.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kairos/measure/recorder.hpp"
#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/transpose.hpp"

namespace kairos::app {

struct EnsembleState {
    std::vector<parallel::BatchRow> rows;
    std::map<std::string, std::vector<std::uint64_t>> decisions;  // name -> [T]; the same names on every rank
    std::vector<measure::Histogram> histograms;                   // as many on every rank
    std::vector<measure::PathRecord> paths;
    measure::Landscape landscape;
    // Everything but the rows has what trajectories below this one add to it, whether the rows have their batches or not.
    TrajectoryId counted_from{};

    void keep(measure::BatchResult& batch);  // all but the moments
};

struct CloneState {
    std::vector<parallel::BatchRow> rows;
    measure::Histogram overlaps = measure::Histogram();
};

// Collective. Decisions and landscape of all ranks on every rank; histograms and paths, in order of trajectory, on the root.
// Without rows.
[[nodiscard]] EnsembleState sum_of(const EnsembleState& mine, const parallel::Communicator& communicator);
// On the root.
[[nodiscard]] measure::Histogram sum_of(const measure::Histogram& mine,
                                        const parallel::Communicator& communicator);

// Paths as plain numbers, one after the other.
[[nodiscard]] std::vector<double> flat_paths(const std::vector<measure::PathRecord>& paths);
[[nodiscard]] std::vector<measure::PathRecord> paths_from(const std::vector<double>& flat);

}  // namespace kairos::app
