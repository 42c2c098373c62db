#include "resume_result.hpp"

#include <algorithm>

#include "kairos/app/pooled_runs.hpp"
#include "kairos/app/realisations.hpp"
#include "kairos/app/stored_result.hpp"
#include "kairos/app/version.hpp"
#include "kairos/base/error.hpp"
#include "provenance.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Moments;
using parallel::BatchRow;

struct Stored {
    Keys keys;
    std::uint64_t trajectories = 0;
    std::vector<double> times;
    Progression progression;
    bool batches = false;
};

// Nothing where the file is no complete result of this version and physics.
std::optional<Stored> stored_of(const Setup& setup) {
    try {
        const io::ResultReader result(setup.config.output);
        if (result.text("/", "status") != "complete" || result.text("/", "kairos_version") != version() ||
            result.has_attribute("/", "merged_seeds"))
            return std::nullopt;
        Keys now;
        for (const auto& [key, value] : setup.config.resolved) now[key] = value;
        std::vector<std::string> may_differ(may_change_between_runs().begin(),
                                            may_change_between_runs().end());
        may_differ.insert(may_differ.end(), {"ensemble.trajectories", "ensemble.batch"});
        Stored stored;
        stored.keys = keys_of(result);
        if (!difference(now, stored.keys, may_differ).empty()) return std::nullopt;
        stored.trajectories = static_cast<std::uint64_t>(result.number("/", "trajectories"));
        stored.times = result.vector("/time");
        stored.progression = {result.number("/", "wall_seconds"), read_interruptions(result)};
        stored.batches = stored.keys["observe.batch-moments"] == "true";
        return stored;
    } catch (const InputError&) {
        return std::nullopt;
    }
}

// Why its batches are not those of the larger ensemble.
std::string obstacle(const Setup& setup, const Stored& stored) {
    const std::string size = stored.keys.at("ensemble.batch");
    if (!stored.batches) return "it has no batch moments (observe.batch-moments = false)";
    if (setup.config.realisations > 1) return "it has several realisations of the disorder";
    if (size != std::to_string(setup.batches.size()))
        return "its batches have " + size + " trajectories and those of the larger ensemble " +
               std::to_string(setup.batches.size()) + " (ensemble.batch = " + size + " goes on from it)";
    if (stored.trajectories % setup.batches.size() != 0)
        return "its last batch is not full (ensemble.trajectories = " + std::to_string(stored.trajectories) +
               " is no multiple of ensemble.batch = " + size + ")";
    return {};
}

// Batch b of an ensemble: observables as they are in the file, with the extremes of the ensemble; of everything else only
// the fold of all batches is known, which batch 0 stands for.
std::vector<Moments> row_of(std::uint64_t batch, const measure::ColumnPlan& plan, const Measured& measured) {
    std::vector<Moments> row(plan.size());
    for (const measure::Column& column : plan.columns()) {
        const std::size_t length = plan.times() * static_cast<std::size_t>(column.components);
        const auto own = row.begin() + static_cast<std::ptrdiff_t>(column.first);
        if (column.quantity == measure::Quantity::observable) {
            const auto kept = measured.batches({batch, batch + 1}, {column.first, column.first + length});
            std::ranges::copy(kept, own);
            for (std::size_t i = 0; i < length; ++i) {
                row[column.first + i].minimum = measured.folded[column.first + i].minimum;
                row[column.first + i].maximum = measured.folded[column.first + i].maximum;
            }
        } else if (batch == 0) {
            std::copy_n(measured.folded.begin() + static_cast<std::ptrdiff_t>(column.first), length, own);
        }
    }
    return row;
}

void add_clones(const Setup& setup, const PooledRuns& pooled, bool root, CloneState& state) {
    MeasuredClones clones = clones_of(pooled, setup);
    if (!root) return;
    state.overlaps = std::move(clones.overlaps);
    for (std::uint64_t batch = 0; batch < setup.clone_batches.count(); ++batch) {
        state.rows.emplace_back(BatchId{batch}, flat_moments(clones.moments));
        clones.moments.assign(clones.moments.size(), Moments{});
    }
}

Checkpoint checkpoint_of(const Setup& setup, const measure::ColumnPlan& plan, const Stored& stored,
                         const parallel::Communicator& communicator) {
    const std::uint64_t count = stored.trajectories / setup.batches.size();
    const PooledRuns pooled{.config = setup.config,
                            .times = setup.ensemble.times,
                            .runs = {{setup.config.output, stored.trajectories, {count}, {}}},
                            .wall_seconds = stored.progression.seconds};
    Measured measured = measured_of(pooled, setup, plan);
    Checkpoint checkpoint;
    checkpoint.progression = stored.progression;
    const auto own = parallel::slice_of(communicator.rank(), communicator.size(), count);
    for (std::uint64_t batch = own.begin; batch < own.end; ++batch)
        checkpoint.ensemble.rows.emplace_back(BatchId{batch}, flat_moments(row_of(batch, plan, measured)));
    if (!setup.config.clone_times.empty())
        add_clones(setup, pooled, communicator.is_root(), checkpoint.clones);
    if (!communicator.is_root()) return checkpoint;
    checkpoint.ensemble.decisions = std::move(measured.decisions);
    checkpoint.ensemble.histograms = std::move(measured.histograms);
    checkpoint.ensemble.landscape = std::move(measured.landscape);
    checkpoint.ensemble.paths = std::move(measured.paths);
    return checkpoint;
}

}  // namespace

void take_result(const Setup& setup, const measure::ColumnPlan& plan,
                 const parallel::Communicator& communicator, Beginning& beginning) {
    const auto stored = stored_of(setup);
    if (!communicator.all(stored.has_value())) return;
    const std::string have = setup.config.output + " has " + std::to_string(stored->trajectories);
    const bool same_times =
        std::ranges::equal(stored->times, setup.ensemble.times, {}, {}, [](Time time) { return time.value; });
    if (!same_times || stored->trajectories > setup.ensemble.trajectories) return;
    // An ensemble that reached its target before all of its trajectories were run needs no more, however many are allowed.
    const bool reached = setup.config.target &&
                         std::to_string(stored->trajectories) != stored->keys.at("ensemble.trajectories");
    if (stored->trajectories == setup.ensemble.trajectories || reached) {
        beginning.complete = stored->keys.at("ensemble.batch") == std::to_string(setup.batches.size());
        if (beginning.complete)
            beginning.note += have + " of " + std::to_string(stored->trajectories) +
                              " trajectories: nothing left to do (run.resume = never runs it anew)\n";
        return;
    }
    const std::string why = obstacle(setup, *stored);
    if (!why.empty()) {
        beginning.note += "running anew: " + have + " trajectories, but " + why + "\n";
        return;
    }
    beginning.file = setup.config.output;
    beginning.from = checkpoint_of(setup, plan, *stored, communicator);
    beginning.note += "resuming: " + have + " of " + std::to_string(setup.ensemble.trajectories) +
                      " trajectories, which are kept\n";
}

}  // namespace kairos::app
