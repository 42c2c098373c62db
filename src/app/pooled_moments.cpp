// The ensemble of pooled runs: batches read from the files when they are asked for, folded as those of one run.
#include <algorithm>
#include <cmath>

#include "kairos/app/pooled_runs.hpp"
#include "kairos/base/error.hpp"
#include "pooled_shape.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Column;
using measure::ColumnPlan;
using measure::Moments;
using measure::Quantity;
using measure::TreeFold;
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

// Folds of the whole and of every realisation.
void fold_observable(const ColumnPlan& plan, const Column& column, Measured& measured) {
    const std::size_t length = length_of(column, plan);
    const ColumnSlice columns{column.first, column.first + length};
    const std::uint64_t together = std::max<std::uint64_t>(1, most_read_at_once / length);
    const auto place = static_cast<std::ptrdiff_t>(column.first);
    TreeFold all;
    for (std::size_t r = 0; r < measured.realisations.size(); ++r) {
        const BatchRange range = measured.realisations[r];
        TreeFold own;
        for (std::uint64_t begin = range.begin; begin < range.end; begin += together) {
            const auto moments = measured.batches({begin, std::min(begin + together, range.end)}, columns);
            for (std::size_t at = 0; at < moments.size(); at += length) {
                const auto one = std::span(moments).subspan(at, length);
                own.add(one);
                all.add(one);
            }
        }
        std::ranges::copy(
            own.take(), measured.folded_each.begin() + static_cast<std::ptrdiff_t>(r * plan.size()) + place);
    }
    std::ranges::copy(all.take(), measured.folded.begin() + place);
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

}  // namespace

BatchMoments batches_of(const PooledRuns& pooled, const ColumnPlan& plan) {
    return [stretches = order_of(pooled.runs).stretches, &plan](BatchRange batches, ColumnSlice columns) {
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

std::vector<Moments> extremes_of(const PooledRuns& pooled, const ColumnPlan& plan) {
    std::vector<Moments> extremes(plan.size());
    for (const PooledRun& run : pooled.runs) {
        const io::ResultReader result(run.file);
        for (const Column& column : plan.columns())
            if (column.quantity == Quantity::observable) add_extremes(result, plan, column, extremes);
    }
    return extremes;
}

Measured measured_of(const PooledRuns& pooled, const Setup& setup, const ColumnPlan& plan) {
    const Order order = order_of(pooled.runs);
    Measured measured;
    measured.slice = {0, plan.size()};
    measured.batch_count = order.realisations.back().end;
    measured.realisations = order.realisations;
    measured.folded.resize(plan.size());
    measured.folded_each.resize(order.realisations.size() * plan.size());
    measured.batches = batches_of(pooled, plan);
    for (const PooledRun& run : pooled.runs) {
        const io::ResultReader result(run.file);
        for (const Column& column : plan.columns())
            if (column.quantity != Quantity::observable) add_identity(result, plan, column, measured.folded);
    }
    const std::vector<Moments> extremes = extremes_of(pooled, plan);
    for (const Column& column : plan.columns()) {
        if (column.quantity != Quantity::observable) continue;
        fold_observable(plan, column, measured);
        for (std::size_t q = column.first; q < column.first + length_of(column, plan); ++q) {
            measured.folded[q].minimum = extremes[q].minimum;
            measured.folded[q].maximum = extremes[q].maximum;
        }
    }
    add_sums(pooled, setup, plan, measured);
    return measured;
}

}  // namespace kairos::app
