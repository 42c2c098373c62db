#include "kairos/app/run_loop.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "dealing.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Moments;
using measure::TreeFold;

constexpr std::size_t most_at_hand = std::size_t{1} << 16U;  // moments copied at a time: 3.5 MiB

// Of the columns in the slice.
void fold_range(const Measured& measured, parallel::BatchRange range, TreeFold& fold) {
    const std::size_t length = measured.slice.size();
    const std::uint64_t together =
        std::max<std::uint64_t>(1, most_at_hand / std::max<std::size_t>(1, length));
    for (std::uint64_t begin = range.begin; begin < range.end; begin += together) {
        const std::uint64_t end = std::min(begin + together, range.end);
        const auto moments = measured.batches({begin, end}, measured.slice);
        for (std::uint64_t b = begin; b < end; ++b)
            fold.add(std::span(moments).subspan((b - begin) * length, length));
    }
}

using Parts = std::vector<parallel::BatchSeries>;

// What a run keeps: all batches in its slice of the columns.
BatchMoments kept(std::vector<Moments> all, parallel::ColumnSlice slice, std::vector<BatchId> in_place) {
    const auto shared = std::make_shared<const std::vector<Moments>>(std::move(all));
    return [shared, slice, in_place = std::move(in_place)](parallel::BatchRange batches,
                                                           parallel::ColumnSlice columns) {
        std::vector<Moments> some;
        if (columns.size() == 0) return some;
        some.reserve(batches.size() * columns.size());
        for (std::uint64_t b = batches.begin; b < batches.end; ++b) {
            const auto row =
                shared->begin() + static_cast<std::ptrdiff_t>(number(in_place[b]) * slice.size());
            some.insert(some.end(), row + static_cast<std::ptrdiff_t>(columns.begin - slice.begin),
                        row + static_cast<std::ptrdiff_t>(columns.end - slice.begin));
        }
        return some;
    };
}

// Of one part, in its places; its full batches first.
std::vector<Moments> fold_part(const parallel::BatchPlan& plan, const parallel::BatchSeries& part,
                               Measured& measured) {
    const auto [begin, end] = part.places();
    std::uint64_t full = end;
    if (part.count > 0 && number(part[part.count - 1]) >= plan.full()) --full;
    TreeFold fold;
    fold_range(measured, {begin, full}, fold);
    for (measure::TreeFold::Subtree subtree : fold.subtrees()) {
        subtree.first += begin;
        measured.full_batches.push_back(std::move(subtree));
    }
    fold_range(measured, {full, end}, fold);
    std::vector<Moments> folded = fold.take();
    folded.resize(measured.slice.size());
    return folded;
}

Measured fold_moments(const RunContext& context, const std::vector<parallel::BatchRow>& rows,
                      std::size_t columns, const Parts& parts) {
    const auto& communicator = context.teams.all();
    Measured measured;
    measured.batch_count = context.batches.count();
    measured.slice = parallel::slice_of(communicator.rank(), communicator.size(), columns);
    measured.batches = kept(
        moments_from(parallel::transpose(communicator, rows, measured.batch_count, columns, moments_width)),
        measured.slice, context.batches.in_place(parts.size()));
    std::vector<Moments> mine(measured.slice.size());
    for (const auto& part : parts) {
        measured.realisations.push_back(part.places());
        const auto folded = fold_part(context.batches, part, measured);
        for (std::size_t q = 0; q < mine.size(); ++q) mine[q].merge(folded[q]);
        measured.folded_each.insert(measured.folded_each.end(), folded.begin(), folded.end());
    }
    measured.folded = moments_from(communicator.all_gather(flat_moments(mine)));
    return measured;
}

}  // namespace

void EnsembleRun::restore(EnsembleState state) { state_ = std::move(state); }

// What a batch adds to is there on every rank, whether it works on one or not.
void EnsembleRun::prepare(const measure::EnsembleSpec& spec, const measure::Ensemble& ensemble) {
    columns_ = ensemble.plan().size();
    for (const auto& [name, counts] : ensemble.recorder().undecided())
        state_.decisions.try_emplace(name, counts);
    state_.histograms.resize(spec.recording.histograms.size());
    if (spec.recording.landscape && state_.landscape.counts().empty())
        state_.landscape = measure::Landscape(*spec.recording.landscape);
}

void EnsembleRun::run(const measure::EnsembleSpec& spec, parallel::BatchSeries part,
                      const std::optional<Target>& target) {
    PauseHook pause = [] {};
    measure::Ensemble ensemble(spec, context_.schedule, [&pause] { pause(); });
    prepare(spec, ensemble);
    const RunBatches run = [&](TrajectoryId first, std::vector<std::uint64_t> sizes) {
        measure::BatchResult result = ensemble.run(first, std::move(sizes));
        if (context_.teams.leads()) state_.keep(result);
        return std::move(result.moments);
    };
    const auto together = measure::batches_together(spec.setting.law->mixture, context_.batches.size());
    const std::uint64_t most = part.count, size = context_.batches.size();
    const std::uint64_t begun = (number(state_.counted_from) + size - 1) / size;  // what is counted is kept
    const auto next = [&](std::uint64_t have) {
        return target ? std::max(begun, target->next(have, state_.rows, context_.teams.all())) : most;
    };
    part.count = 0;
    for (std::uint64_t wanted = next(0); wanted != part.count; wanted = next(wanted)) {
        part.count = wanted;
        deal(context_, part, {together, pause, run}, state_.rows, times_);
    }
    parts_.push_back(part);
}

Measured EnsembleRun::finish() {
    const TimeSpent spent(times_.fold);
    Measured measured = fold_moments(context_, state_.rows, columns_, parts_);
    EnsembleState sum = sum_of(state_, context_.teams.all());
    measured.decisions = std::move(sum.decisions);
    measured.landscape = std::move(sum.landscape);
    measured.histograms = std::move(sum.histograms);
    measured.paths = std::move(sum.paths);
    return measured;
}

Measured measure_ensemble(const measure::EnsembleSpec& spec, const RunContext& context) {
    EnsembleRun ensemble(context);
    ensemble.run(spec, context.batches.all());
    return ensemble.finish();
}

void CloneRun::run(const phases::CloneSpec& spec, const parallel::BatchSeries& part) {
    PauseHook pause = [] {};
    phases::CloneEnsemble clones(spec, context_.schedule, [&pause] { pause(); });
    const RunBatches run = [&](TrajectoryId first, const std::vector<std::uint64_t>& sizes) {
        auto moments = clones.run(first, sizes.front());
        if (context_.teams.leads()) state_.overlaps.merge(clones.take_overlaps());
        return moments;
    };
    columns_ = phases::clone_columns(spec);
    deal(context_, part, {1, pause, run}, state_.rows, times_);
    parts_.push_back(part);
}

MeasuredClones CloneRun::finish() {
    const TimeSpent spent(times_.fold);
    return {.moments = fold_moments(context_, state_.rows, columns_, parts_).folded,
            .overlaps = sum_of(state_.overlaps, context_.teams.all())};
}

}  // namespace kairos::app
