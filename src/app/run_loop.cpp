#include "kairos/app/run_loop.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "kairos/app/progress.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Moments;
// Counts below 2^53 travel as doubles without loss.
std::vector<measure::Histogram> gather_histograms(const std::vector<measure::Histogram>& mine,
                                                  std::size_t wanted,
                                                  const parallel::Communicator& communicator) {
    std::vector<measure::Histogram> totals;
    for (std::size_t h = 0; h < wanted; ++h) {
        std::vector<double> flat_counts;
        if (!mine.empty())
            for (const std::int64_t n : mine[h].pack()) flat_counts.push_back(static_cast<double>(n));
        flat_counts.insert(flat_counts.begin(), static_cast<double>(flat_counts.size()));
        const std::vector<double> all = communicator.gather(flat_counts);
        measure::Histogram total;
        bool first = true;
        for (std::size_t at = 0; at < all.size();) {
            const auto length = static_cast<std::size_t>(all[at++]);
            std::vector<std::int64_t> packed;
            for (std::size_t i = 0; i < length; ++i) packed.push_back(static_cast<std::int64_t>(all[at + i]));
            at += length;
            if (length == 0) continue;
            if (first)
                total = measure::Histogram::unpack(packed);
            else
                total.merge(measure::Histogram::unpack(packed));
            first = false;
        }
        if (communicator.is_root()) totals.push_back(std::move(total));
    }
    return totals;
}

void add_histograms(std::vector<measure::Histogram>& totals, std::vector<measure::Histogram> more) {
    if (totals.empty())
        totals = std::move(more);
    else
        for (std::size_t h = 0; h < totals.size(); ++h) totals[h].merge(more[h]);
}

void append(std::vector<double>& flat_values, const std::vector<double>& part) {
    flat_values.push_back(static_cast<double>(part.size()));
    flat_values.insert(flat_values.end(), part.begin(), part.end());
}

std::vector<double> cut(const std::vector<double>& flat_values, std::size_t& at) {
    const auto length = static_cast<std::ptrdiff_t>(flat_values[at++]);
    const auto begin = flat_values.begin() + static_cast<std::ptrdiff_t>(at);
    at += static_cast<std::size_t>(length);
    return {begin, begin + length};
}

void gather_paths(const std::vector<measure::PathRecord>& mine, const parallel::Communicator& communicator,
                  Measured& measured) {
    std::vector<double> flat_paths;
    for (const auto& path : mine) {
        flat_paths.insert(flat_paths.end(),
                          {static_cast<double>(path.trajectory), static_cast<double>(path.end_class),
                           static_cast<double>(path.end_datum)});
        append(flat_paths, path.values);
        append(flat_paths, path.x);
        append(flat_paths, path.radius2);
    }
    const std::vector<double> all = communicator.gather(flat_paths);
    for (std::size_t at = 0; at < all.size();) {
        measure::PathRecord path;
        path.trajectory = static_cast<std::uint64_t>(all[at]);
        path.end_class = static_cast<std::int64_t>(all[at + 1]);
        path.end_datum = static_cast<std::int64_t>(all[at + 2]);
        at += 3;
        path.values = cut(all, at);
        path.x = cut(all, at);
        path.radius2 = cut(all, at);
        measured.paths.push_back(std::move(path));
    }
    std::sort(measured.paths.begin(), measured.paths.end(),
              [](const auto& a, const auto& b) { return a.trajectory < b.trajectory; });
}

// Runs consecutive batches of the given sizes from a first trajectory on: their rows, one after the other.
using RunBatches = std::function<std::vector<Moments>(TrajectoryId, std::vector<std::uint64_t>)>;

// Deals the batches of a range, `together` at a time, and adds this rank's rows. `worker` makes the function that runs them, given the
// pause hook.
void deal(const RunContext& context, parallel::BatchRange range, std::uint64_t together,
          const std::function<RunBatches(std::function<void()>)>& worker,
          std::vector<parallel::BatchRow>& rows) {
    const auto& [schedule, batches, teams, watch] = context;
    Progress progress(watch.show_progress && teams.all().is_root(), batches, range);
    parallel::TeamCounter counter(teams, (range.size() + together - 1) / together);
    const RunBatches run = worker([&counter, &check = watch.check] {
        counter.serve();
        check();
    });
    while (const auto next = counter.next()) {
        const std::uint64_t begin = range.begin + number(*next) * together;
        const std::uint64_t end = std::min(begin + together, range.end);
        progress.dealt(begin);
        std::vector<std::uint64_t> sizes;
        for (std::uint64_t b = begin; b < end; ++b) sizes.push_back(batches.size_of(BatchId{b}));
        const std::vector<double> all = flat_moments(run(batches.first(BatchId{begin}), sizes));
        if (!teams.leads()) continue;
        const auto length = static_cast<std::ptrdiff_t>(all.size() / sizes.size());
        for (auto row = all.begin(); row != all.end(); row += length)
            rows.emplace_back(BatchId{begin + static_cast<std::uint64_t>((row - all.begin()) / length)},
                              std::vector<double>(row, row + length));
    }
    counter.finish();
}

// [column in slice], in batch order
std::vector<Moments> fold_range(const Measured& measured, parallel::BatchRange range) {
    const auto moments = measured.batches(range, measured.slice);
    std::vector<Moments> folded(measured.slice.size());
    auto next = moments.begin();
    for (std::uint64_t b = range.begin; b < range.end; ++b)
        for (Moments& column : folded) column.merge(*next++);
    return folded;
}

// What a run keeps: all batches in its slice of the columns.
BatchMoments kept(std::vector<Moments> all, parallel::ColumnSlice slice) {
    const auto shared = std::make_shared<const std::vector<Moments>>(std::move(all));
    return [shared, slice](parallel::BatchRange batches, parallel::ColumnSlice columns) {
        std::vector<Moments> some;
        if (columns.size() == 0) return some;
        some.reserve(batches.size() * columns.size());
        for (std::uint64_t b = batches.begin; b < batches.end; ++b) {
            const auto row = shared->begin() + static_cast<std::ptrdiff_t>(b * slice.size());
            some.insert(some.end(), row + static_cast<std::ptrdiff_t>(columns.begin - slice.begin),
                        row + static_cast<std::ptrdiff_t>(columns.end - slice.begin));
        }
        return some;
    };
}

Measured fold_moments(const RunContext& context, const std::vector<parallel::BatchRow>& rows,
                      std::size_t columns) {
    const auto& communicator = context.teams.all();
    Measured measured;
    measured.batch_count = context.batches.count();
    measured.slice = parallel::slice_of(communicator.rank(), communicator.size(), columns);
    measured.batches = kept(
        moments_from(parallel::transpose(communicator, rows, measured.batch_count, columns, moments_width)),
        measured.slice);
    measured.folded =
        moments_from(communicator.all_gather(flat_moments(fold_range(measured, context.batches.all()))));
    return measured;
}

}  // namespace

void EnsembleRun::keep(measure::BatchResult& batch) {
    for (const auto& [name, counts] : batch.decisions) {
        auto& total = decisions_[name];
        for (std::size_t i = 0; i < counts.size(); ++i) total[i] += counts[i];
    }
    add_histograms(histograms_, std::move(batch.histograms));
    landscape_.merge(batch.landscape);
    std::move(batch.paths.begin(), batch.paths.end(), std::back_inserter(paths_));
}

void EnsembleRun::run(const measure::EnsembleSpec& spec, parallel::BatchRange range) {
    std::unique_ptr<measure::Ensemble> ensemble;
    const auto worker = [&](std::function<void()> pause) {
        ensemble = std::make_unique<measure::Ensemble>(spec, context_.schedule, std::move(pause));
        if (ranges_.empty()) decisions_ = ensemble->recorder().names_of_decisions();
        return [&](TrajectoryId first, std::vector<std::uint64_t> sizes) {
            measure::BatchResult result = ensemble->run(first, std::move(sizes));
            if (context_.teams.leads()) keep(result);
            return std::move(result.moments);
        };
    };
    if (spec.recording.landscape && ranges_.empty())
        landscape_ = measure::Landscape(*spec.recording.landscape);
    deal(context_, range, measure::batches_together(spec.setting.law->mixture, context_.batches.size()),
         worker, rows_);
    ranges_.push_back(range);
    columns_ = ensemble->plan().size();
    histogram_count_ = spec.recording.histograms.size();
}

Measured EnsembleRun::finish() const {
    Measured measured = fold_moments(context_, rows_, columns_);
    measured.realisations = ranges_;
    for (const auto range : ranges_) {
        const auto folded = fold_range(measured, range);
        measured.folded_each.insert(measured.folded_each.end(), folded.begin(), folded.end());
    }
    measured.decisions = decisions_;
    for (auto& entry : measured.decisions) context_.teams.all().sum(std::span<std::uint64_t>(entry.second));
    measured.landscape = landscape_;
    context_.teams.all().sum(measured.landscape.counts());
    context_.teams.all().sum(measured.landscape.drifts());
    measured.histograms = gather_histograms(histograms_, histogram_count_, context_.teams.all());
    gather_paths(paths_, context_.teams.all(), measured);
    return measured;
}

Measured measure_ensemble(const measure::EnsembleSpec& spec, const RunContext& context) {
    EnsembleRun ensemble(context);
    ensemble.run(spec, context.batches.all());
    return ensemble.finish();
}

void CloneRun::run(const phases::CloneSpec& spec, parallel::BatchRange range) {
    std::shared_ptr<phases::CloneEnsemble> clones;
    const auto worker = [&](std::function<void()> pause) {
        clones = std::make_shared<phases::CloneEnsemble>(spec, context_.schedule, std::move(pause));
        return [clones](TrajectoryId first, const std::vector<std::uint64_t>& sizes) {
            return clones->run(first, sizes.front());
        };
    };
    deal(context_, range, 1, worker, rows_);
    columns_ = phases::clone_columns(spec);
    overlap_path_ = spec.overlap_path;
    if (overlap_path_ && context_.teams.leads()) add_histograms(overlaps_, {clones->overlaps()});
}

MeasuredClones CloneRun::finish() const {
    MeasuredClones clones;
    clones.moments = fold_moments(context_, rows_, columns_).folded;
    auto overlaps = gather_histograms(overlaps_, overlap_path_ ? 1 : 0, context_.teams.all());
    if (!overlaps.empty()) clones.overlaps = std::move(overlaps.front());
    return clones;
}

}  // namespace kairos::app
