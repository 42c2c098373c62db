// What runs add up over their batches, read from the files and added up over the files.
#include <algorithm>
#include <cmath>

#include "kairos/app/pooled_runs.hpp"
#include "kairos/base/error.hpp"
#include "pooled_shape.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Moments;

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

void add_sums(const PooledRuns& pooled, const Setup& setup, const measure::ColumnPlan& plan,
              Measured& measured) {
    for (const PooledRun& run : pooled.runs) {
        const io::ResultReader result(run.file);
        add_decisions(result, plan.times(), measured);
        add_histograms(result, setup, measured);
        add_landscape(result, setup, measured);
    }
    measured.paths = stored_paths(io::ResultReader(pooled.runs.front().file), plan);
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
