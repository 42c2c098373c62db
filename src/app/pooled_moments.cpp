// The ensemble of pooled runs: batches read from the files when they are asked for, sums merged file by file.
#include <algorithm>
#include <cmath>

#include "kairos/app/pooled_runs.hpp"
#include "kairos/base/error.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Column;
using measure::ColumnPlan;
using measure::Moments;
using measure::Quantity;
using parallel::BatchRange;
using parallel::ColumnSlice;

constexpr std::size_t most_read_at_once = std::size_t{1} << 18U;  // moments read together: 14 MiB

// Consecutive batches of the whole that stand together in one file.
struct Stretch {
    std::string file;
    std::uint64_t begin, end;  // of the whole
    std::uint64_t first;       // in the file
};

struct Order {
    std::vector<Stretch> stretches;
    std::vector<BatchRange> realisations;
};

Order order_of(const std::vector<PooledRun>& runs) {
    Order order;
    std::vector<std::uint64_t> taken(runs.size(), 0);
    std::uint64_t at = 0;
    for (std::size_t r = 0; r < runs.front().batches.size(); ++r) {
        const std::uint64_t begin = at;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const std::uint64_t count = runs[i].batches.at(r);
            order.stretches.push_back({runs[i].file, at, at + count, taken[i]});
            taken[i] += count;
            at += count;
        }
        order.realisations.push_back({begin, at});
    }
    return order;
}

std::size_t length_of(const Column& column, const ColumnPlan& plan) {
    return plan.times() * static_cast<std::size_t>(column.components);
}

const Column& column_at(const ColumnPlan& plan, std::size_t position) {
    return *std::ranges::find_if(plan.columns(), [&](const Column& column) {
        return position >= column.first && position < column.first + length_of(column, plan);
    });
}

[[noreturn]] void refuse_shape(const io::ResultReader& result, const std::string& path) {
    throw InputError(result.file(), path, "has another shape than its configuration asks for",
                     "The file is damaged.");
}

// Some batches of one file, [batch][column of the slice], into `out`.
void read_stretch(const Stretch& stretch, BatchRange range, const Column& column, ColumnSlice columns,
                  std::size_t length, std::vector<Moments>& out) {
    const io::ResultReader result(stretch.file);
    const std::size_t start = out.size(), width = columns.size();
    const std::uint64_t from = stretch.first + (range.begin - stretch.begin);
    out.resize(start + range.size() * width);
    for (const auto& [name, field] : moment_fields) {
        const std::string path = "/batches/" + column.name() + "/" + name;
        const auto values = result.rows(path, from, from + range.size());
        if (values.size() != range.size() * length) refuse_shape(result, path);
        for (std::uint64_t b = 0; b < range.size(); ++b)
            for (std::size_t q = 0; q < width; ++q)
                out[start + b * width + q].*field = values[b * length + (columns.begin - column.first) + q];
    }
}

// Columns of one observable.
BatchMoments batches_in_files(std::vector<Stretch> stretches, const ColumnPlan& plan) {
    return [stretches = std::move(stretches), &plan](BatchRange batches, ColumnSlice columns) {
        const Column& column = column_at(plan, columns.begin);
        std::vector<Moments> moments;
        moments.reserve(batches.size() * columns.size());
        for (const Stretch& stretch : stretches) {
            const BatchRange common{std::max(batches.begin, stretch.begin),
                                    std::min(batches.end, stretch.end)};
            if (common.begin < common.end)
                read_stretch(stretch, common, column, columns, length_of(column, plan), moments);
        }
        return moments;
    };
}

// Folds of the whole and of every realisation, batch by batch in their order.
void fold_observable(const ColumnPlan& plan, const Column& column, Measured& measured) {
    const std::size_t length = length_of(column, plan);
    const ColumnSlice columns{column.first, column.first + length};
    const std::uint64_t together = std::max<std::uint64_t>(1, most_read_at_once / length);
    for (std::size_t r = 0; r < measured.realisations.size(); ++r) {
        const BatchRange range = measured.realisations[r];
        for (std::uint64_t begin = range.begin; begin < range.end; begin += together) {
            const auto moments = measured.batches({begin, std::min(begin + together, range.end)}, columns);
            for (std::size_t i = 0; i < moments.size(); ++i) {
                measured.folded[column.first + i % length].merge(moments[i]);
                measured.folded_each[r * plan.size() + column.first + i % length].merge(moments[i]);
            }
        }
    }
}

// Batches have no extremes of their own; the ensemble of each file has.
void add_extremes(const io::ResultReader& result, const ColumnPlan& plan, const Column& column,
                  std::vector<Moments>& extremes) {
    const std::string group = "/observables/" + column.name() + "/";
    const auto low = result.array(group + "minimum").values, high = result.array(group + "maximum").values;
    if (low.size() != length_of(column, plan) || high.size() != low.size()) refuse_shape(result, group);
    for (std::size_t i = 0; i < low.size(); ++i) {
        Moments one;
        one.count = 1;
        one.minimum = low[i];
        one.maximum = high[i];
        extremes[column.first + i].merge(one);
    }
}

const char* name_of_moments(Quantity quantity) {
    return std::ranges::find(identity_moments, quantity, &IdentityMoments::quantity)->name;
}

void add_identity(const io::ResultReader& result, const ColumnPlan& plan, const Column& column,
                  std::vector<Moments>& folded) {
    const std::string path = "/identities/" + column.name() + "/" + name_of_moments(column.quantity);
    const auto moments = moments_from(result.array(path).values);
    if (moments.size() != length_of(column, plan)) refuse_shape(result, path);
    for (std::size_t i = 0; i < moments.size(); ++i) folded[column.first + i].merge(moments[i]);
}

void add_decisions(const io::ResultReader& result, std::size_t times, Measured& measured) {
    for (const std::string& name : result.groups("/decisions")) {
        const std::string path = "/decisions/" + name + "/count";
        const auto counts = result.vector(path);
        if (counts.size() != times) refuse_shape(result, path);
        auto& total = measured.decisions[name];
        total.resize(times, 0);
        for (std::size_t i = 0; i < times; ++i) total[i] += static_cast<std::uint64_t>(counts[i]);
    }
}

measure::Histogram stored_histogram(const io::ResultReader& result, const std::string& group,
                                    std::size_t rows) {
    const io::ResultArray counts = result.array(group + "/count");
    const std::size_t bins = counts.shape.back();
    if (counts.shape.size() < 2 || counts.values.size() != rows * bins)
        refuse_shape(result, group + "/count");
    std::vector<std::int64_t> packed = {static_cast<std::int64_t>(result.number(group, "bin_exponent")),
                                        static_cast<std::int64_t>(result.number(group, "first_bin")),
                                        static_cast<std::int64_t>(bins), static_cast<std::int64_t>(rows)};
    for (const double count : counts.values) packed.push_back(static_cast<std::int64_t>(count));
    return measure::Histogram::unpack(packed);
}

void add_histograms(const io::ResultReader& result, const Setup& setup, Measured& measured) {
    const auto& wanted = setup.ensemble.recording.histograms;
    measured.histograms.resize(wanted.size());
    for (std::size_t h = 0; h < wanted.size(); ++h)
        measured.histograms[h].merge(
            stored_histogram(result, "/histograms/" + wanted[h]->name, setup.ensemble.times.size()));
}

void add_landscape(const io::ResultReader& result, const Setup& setup, Measured& measured) {
    const auto& spec = setup.ensemble.recording.landscape;
    if (!spec) return;
    measure::Landscape part(*spec);
    const auto bins = static_cast<std::size_t>(spec->bins), each = spec->times.size() * bins;
    for (std::size_t axis = 0; axis < spec->axes.size(); ++axis) {
        const std::string group = "/landscape/" + spec->axes[axis].axis.name;
        const auto counts = result.array(group + "/count").values;
        const auto drifts = result.array(group + "/drift_sum").values;
        if (counts.size() != each || drifts.size() != each) refuse_shape(result, group);
        for (std::size_t i = 0; i < each; ++i) {
            part.counts()[axis * each + i] = static_cast<std::int64_t>(counts[i]);
            part.drifts()[axis * each + i] = std::llround(drifts[i] / spec->drift_unit(axis, i / bins));
        }
    }
    measured.landscape.merge(part);
}

}  // namespace

Measured measured_of(const PooledRuns& pooled, const Setup& setup, const ColumnPlan& plan) {
    const Order order = order_of(pooled.runs);
    Measured measured;
    measured.slice = {0, plan.size()};
    measured.batch_count = order.realisations.back().end;
    measured.realisations = order.realisations;
    measured.folded.resize(plan.size());
    measured.folded_each.resize(order.realisations.size() * plan.size());
    measured.batches = batches_in_files(order.stretches, plan);
    std::vector<Moments> extremes(plan.size());
    for (const PooledRun& run : pooled.runs) {
        const io::ResultReader result(run.file);
        for (const Column& column : plan.columns()) {
            if (column.quantity == Quantity::observable)
                add_extremes(result, plan, column, extremes);
            else
                add_identity(result, plan, column, measured.folded);
        }
        add_decisions(result, plan.times(), measured);
        add_histograms(result, setup, measured);
        add_landscape(result, setup, measured);
    }
    for (const Column& column : plan.columns()) {
        if (column.quantity != Quantity::observable) continue;
        fold_observable(plan, column, measured);
        for (std::size_t q = column.first; q < column.first + length_of(column, plan); ++q) {
            measured.folded[q].minimum = extremes[q].minimum;
            measured.folded[q].maximum = extremes[q].maximum;
        }
    }
    measured.paths = stored_paths(io::ResultReader(pooled.runs.front().file), plan);
    return measured;
}

MeasuredClones clones_of(const PooledRuns& pooled, const Setup& setup) {
    const std::size_t branches = setup.config.clone_times.size(), times = setup.ensemble.times.size();
    if (branches == 0) return {};
    const std::size_t ends = branches * phases::clone_quantities;
    const std::size_t rows = setup.config.overlap_path ? branches * times : 0;
    MeasuredClones clones{.moments = std::vector<Moments>(ends + rows), .overlaps = measure::Histogram(rows)};
    for (const PooledRun& run : pooled.runs) {
        const io::ResultReader result(run.file);
        const auto read = [&](const std::string& path, std::size_t count) {
            auto moments = moments_from(result.array(path).values);
            if (moments.size() != count) refuse_shape(result, path);
            return moments;
        };
        for (const auto& [quantity, name] : clone_moments) {
            const auto moments = read(std::string("/clones/") + name, branches);
            for (std::size_t b = 0; b < branches; ++b)
                clones.moments[phases::clone_column(b, quantity)].merge(moments[b]);
        }
        if (rows == 0) continue;
        const auto moments = read("/clones/overlap_path_moments", rows);
        for (std::size_t i = 0; i < rows; ++i) clones.moments[ends + i].merge(moments[i]);
        clones.overlaps.merge(stored_histogram(result, "/clones/overlap_path", rows));
    }
    return clones;
}

}  // namespace kairos::app
