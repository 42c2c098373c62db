#include "resume_result.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "continuation.hpp"
#include "ini_text.hpp"
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
    std::uint64_t trajectories = 0, size = 0;  // size: of its batches
    std::vector<double> times;
    Progression progression;
    bool batches = false, target_reached = false;
};

// Whether its errors are those asked for, or smaller.
bool reaches(const io::ResultReader& result, const std::optional<Config::Goal>& target) {
    if (!target) return false;
    double largest = 0.0;
    for (const double error : result.array("/observables/" + target->observable + "/stderr").values)
        if (error > largest) largest = error;  // false for NaN
    return largest / target->error <= 1.0;
}

// Nothing where the file is no complete result of this version and physics; `why` where HDF5 cannot read its own.
std::optional<Stored> stored_of(const Setup& setup, std::string& why) {
    if (!is_hdf5(setup.config.output)) return std::nullopt;
    try {
        const io::ResultReader result(setup.config.output);
        if (result.text("/", "status") != "complete" || result.text("/", "kairos_version") != version() ||
            result.has_attribute("/", "merged_seeds"))
            return std::nullopt;
        Keys now;
        for (const auto& [key, value] : setup.config.resolved) now[key] = value;
        std::vector<std::string> may_differ(may_change_between_runs().begin(),
                                            may_change_between_runs().end());
        may_differ.insert(may_differ.end(), {"ensemble.trajectories", "ensemble.batch", "ensemble.target"});
        Stored stored;
        stored.keys = keys_of(result);
        if (!difference(now, stored.keys, may_differ).empty()) return std::nullopt;
        stored.trajectories = static_cast<std::uint64_t>(result.number("/", "trajectories"));
        stored.size = std::stoull(stored.keys.at("ensemble.batch"));
        stored.times = result.vector("/time");
        stored.progression = {result.number("/", "wall_seconds"), read_interruptions(result)};
        stored.batches = stored.keys["observe.batch-moments"] == "true";
        stored.target_reached = reaches(result, setup.config.target);
        return stored;
    } catch (const InputError& error) {
        why = error.what();
    } catch (const std::logic_error&) {  // of the standard library: no such key, or no number
        why = setup.config.output + ": its /config is damaged.";
    }
    return std::nullopt;
}

// Whether batches are whole subtrees of those of the given size (measure::TreeFold). Realisations take them in turn, so that two of one
// realisation do not follow one another.
bool fits(const Setup& setup, std::uint64_t size) {
    const std::uint64_t larger = setup.batches.size();
    return size == larger || (setup.config.realisations == 1 && std::has_single_bit(size) &&
                              std::has_single_bit(larger) && size < larger);
}

// Batches of the larger ensemble that are there already.
std::uint64_t batches_kept(const Setup& setup, const Stored& stored) {
    const std::uint64_t together = setup.batches.size() / stored.size;
    return stored.trajectories / stored.size / together;
}

// Whether nothing is left to do: more trajectories, or all of them in the batches that are asked for, or fewer that are enough.
bool complete(const Setup& setup, const Stored& stored) {
    if (stored.trajectories > setup.ensemble.trajectories) return true;
    if (stored.trajectories == setup.ensemble.trajectories) return stored.size == setup.batches.size();
    return fits(setup, stored.size) && stored.target_reached;
}

// Why its batches are not those of the larger ensemble.
std::string obstacle(const Setup& setup, const Stored& stored) {
    const std::string size = std::to_string(stored.size);
    if (!stored.batches) return "it has no batch moments (observe.batch-moments = false)";
    if (!fits(setup, stored.size))
        return "its batches have " + size + " trajectories and those of the larger ensemble " +
               std::to_string(setup.batches.size()) + " (ensemble.batch = " + size + " goes on from it)";
    if (batches_kept(setup, stored) == 0)
        return "they fill no batch of " + std::to_string(setup.batches.size()) +
               " trajectories of the larger ensemble (ensemble.batch = " + size + " goes on from it)";
    if (!io::ResultReader(setup.config.output).has("/continuation"))
        return "it was written by a build that did not foresee it";
    return {};
}

// Batches of an ensemble where they stand in its file, some of them that follow one another: [batch][column]. Observables as they are there,
// with the extremes of the ensemble; of identities only subtrees are known, whose first batch stands for all of theirs.
class StoredRows {
public:
    StoredRows(const PooledRuns& pooled, const measure::ColumnPlan& plan, std::uint64_t together,
               parallel::BatchRange own)
        : plan_(plan), together_(together), own_(own), rows_(own.size(), std::vector<Moments>(plan.size())) {
        const BatchMoments batches = batches_of(pooled, plan);
        const std::vector<Moments> extremes = extremes_of(pooled, plan);
        for (const measure::Column& column : plan.columns())
            if (column.quantity == measure::Quantity::observable) take_observable(column, batches, extremes);
        take_identities(*read_continuation(io::ResultReader(pooled.runs.front().file), plan));
    }
    // Those that are full, by their numbers: in_place [place].
    [[nodiscard]] std::vector<BatchRow> flat(const std::vector<BatchId>& in_place, std::uint64_t full) const {
        std::vector<BatchRow> flat;
        for (std::uint64_t i = 0; i < own_.size(); ++i)
            if (number(in_place[own_.begin + i]) < full)
                flat.emplace_back(in_place[own_.begin + i], flat_moments(rows_[i]));
        return flat;
    }

private:
    void take_observable(const measure::Column& column, const BatchMoments& batches,
                         const std::vector<Moments>& extremes) {
        const std::size_t length = plan_.times() * static_cast<std::size_t>(column.components);
        const auto moments =
            batches({own_.begin * together_, own_.end * together_}, {column.first, column.first + length});
        for (std::uint64_t i = 0; i < own_.size(); ++i) {
            measure::TreeFold fold;
            for (std::uint64_t b = i * together_; b < (i + 1) * together_; ++b)
                fold.add(std::span(moments).subspan(b * length, length));
            std::ranges::copy(fold.take(), rows_[i].begin() + static_cast<std::ptrdiff_t>(column.first));
            for (std::size_t q = column.first; q < column.first + length; ++q) {
                rows_[i][q].minimum = extremes[q].minimum;
                rows_[i][q].maximum = extremes[q].maximum;
            }
        }
    }
    void take_identities(const std::vector<measure::TreeFold::Subtree>& parts) {
        for (const auto& [first, count, moments] : parts) {
            const std::uint64_t batch = first / together_;
            if (count < together_ || batch < own_.begin || batch >= own_.end) continue;
            std::ranges::copy(moments, rows_[batch - own_.begin].end() - std::ssize(moments));
        }
    }

    const measure::ColumnPlan& plan_;
    std::uint64_t together_;
    parallel::BatchRange own_;
    std::vector<std::vector<Moments>> rows_;
};

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
    const std::uint64_t parts = setup.config.realisations, full = batches_kept(setup, stored);
    const parallel::BatchPlan all(stored.trajectories, stored.size);
    PooledRun run{setup.config.output, stored.trajectories, {}, {}};
    for (std::uint64_t which = 0; which < parts; ++which) run.batches.push_back(all.part(which, parts).count);
    const PooledRuns pooled{.config = setup.config,
                            .times = setup.ensemble.times,
                            .runs = {run},
                            .wall_seconds = stored.progression.seconds};
    Checkpoint checkpoint;
    checkpoint.progression = stored.progression;
    // Of one realisation the last place is that of the batch which may not be full, of several any may be.
    const std::uint64_t size = setup.batches.size();
    const auto in_place =
        parts == 1 ? parallel::BatchPlan(full * size, size).in_place(1) : all.in_place(parts);
    const auto own = parallel::slice_of(communicator.rank(), communicator.size(), in_place.size());
    checkpoint.ensemble.rows =
        StoredRows(pooled, plan, size / stored.size, {own.begin, own.end}).flat(in_place, full);
    checkpoint.ensemble.counted_from = TrajectoryId{stored.trajectories};
    if (!setup.config.clone_times.empty())
        add_clones(setup, pooled, communicator.is_root(), checkpoint.clones);
    if (!communicator.is_root()) return checkpoint;
    Measured sums;
    add_sums(pooled, setup, plan, sums);
    checkpoint.ensemble.decisions = std::move(sums.decisions);
    checkpoint.ensemble.histograms = std::move(sums.histograms);
    checkpoint.ensemble.landscape = std::move(sums.landscape);
    checkpoint.ensemble.paths = std::move(sums.paths);
    return checkpoint;
}

}  // namespace

void take_result(const Setup& setup, const measure::ColumnPlan& plan,
                 const parallel::Communicator& communicator, Beginning& beginning) {
    std::string unreadable;
    const auto stored = stored_of(setup, unreadable);
    if (!communicator.all(stored.has_value())) {
        if (!unreadable.empty()) beginning.note += "running anew: " + unreadable + "\n";
        return;
    }
    const std::string have = setup.config.output + " has " + std::to_string(stored->trajectories);
    const bool same_times =
        std::ranges::equal(stored->times, setup.ensemble.times, {}, {}, [](Time time) { return time.value; });
    if (!same_times) return;
    if (communicator.all(complete(setup, *stored))) {
        const bool more = stored->trajectories > setup.ensemble.trajectories;
        beginning.complete = true;
        beginning.note += have + " of " +
                          std::to_string(more ? setup.ensemble.trajectories : stored->trajectories) +
                          (more ? " trajectories asked for" : " trajectories") +
                          ": nothing left to do (run.resume = never runs it anew)\n";
        return;
    }
    if (stored->trajectories == setup.ensemble.trajectories) return;
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
