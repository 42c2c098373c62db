#include "kairos/app/write_distributions.hpp"

#include <algorithm>
#include <numeric>

#include "kairos/base/array.hpp"
#include "kairos/measure/estimate.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using io::ResultFile;

std::vector<double> centres(const std::vector<double>& edges) {
    std::vector<double> middle;
    for (std::size_t i = 1; i < edges.size(); ++i) middle.push_back(0.5 * (edges[i - 1] + edges[i]));
    return middle;
}

// Edges and bins are axes of their own; the scale of the bins is their centres.
void write_bins(ResultFile& file, const std::string& group, const std::vector<double>& edges,
                const std::string& units) {
    file.scale(group + "/edges", std::span<const double>(edges), "bin edges", units);
    const auto middle = centres(edges);
    file.scale(group + "/bin", std::span<const double>(middle), "bin centres", units);
}

// Reduced coordinates are those of the realisation of each path, and the means of one may span fewer than another's:
// [path][time][width], NaN beyond.
std::vector<double> padded(const std::vector<measure::PathRecord>& paths,
                           std::vector<double> measure::PathRecord::*field, std::size_t times,
                           std::size_t width) {
    std::vector<double> all;
    for (const auto& path : paths) {
        const auto& values = path.*field;
        const std::size_t own = values.size() / times;
        for (std::size_t i = 0; i < times; ++i) {
            const auto row = values.begin() + static_cast<std::ptrdiff_t>(i * own);
            all.insert(all.end(), row, row + static_cast<std::ptrdiff_t>(own));
            all.insert(all.end(), width - own, nan);
        }
    }
    return all;
}

// How many coordinates the states of all paths have at most, and whether there are more that are not explicit.
struct Coordinates {
    std::uint64_t width;
    bool complement;
};

// Beside the states: [path][time][eigenvalue], [path][time][eigenvalue][component].
void write_eigenpairs(ResultFile& file, const Setup& setup, const Measured& measured, std::size_t times,
                      const Coordinates& coordinates) {
    const auto count = static_cast<std::size_t>(
        measure::columns(*measure::find_observable("posterior_eigenvalues"), setup.ensemble.setting));
    if (count == 0) return;
    using Path = measure::PathRecord;
    const std::vector<std::string> axes = {"/paths/path", "/time", "/eigenvalue"};
    const auto values = padded(measured.paths, &Path::eigenvalues, times, count);
    file.write("/paths/eigenvalues", axes, std::span<const double>(values),
               {{"long_name", "leading eigenvalues of the posterior covariance"}, {"units", "data^2"}});
    const auto vectors = padded(measured.paths, &Path::eigenvectors, times * count, coordinates.width);
    std::vector<std::string> by_component = axes;
    by_component.emplace_back("/paths/component");
    file.write("/paths/eigenvectors", by_component, std::span<const double>(vectors),
               {{"long_name", "their orthonormal eigenvectors, largest entry positive"},
                {"units", "dimensionless"}});
    if (!coordinates.complement) return;
    const auto radial = padded(measured.paths, &Path::eigenvectors_radial, times, count);
    file.write("/paths/eigenvectors_radial", axes, std::span<const double>(radial),
               {{"long_name",
                 "their component along the part of the state in the coordinates that are not explicit"},
                {"units", "dimensionless"}});
}

void write_states(ResultFile& file, const Setup& setup, const Measured& measured, std::size_t times,
                  const parallel::Communicator& communicator) {
    std::uint64_t width = 0;
    bool complement = false;
    std::vector<std::int64_t> end_class, end_datum;
    for (const auto& path : measured.paths) {
        width = std::max<std::uint64_t>(width, path.x.size() / times);
        complement = complement || !path.radius2.empty();
        end_class.push_back(path.end_class);
        end_datum.push_back(path.end_datum);
    }
    std::vector<std::int64_t> components(communicator.max(width));
    std::iota(components.begin(), components.end(), 0);
    file.scale("/paths/component", std::span<const std::int64_t>(components),
               setup.law->reduced ? "coordinate in the span of the means" : "coordinate", "dimensionless");
    const auto x = padded(measured.paths, &measure::PathRecord::x, times, width);
    file.write("/paths/x", {"/paths/path", "/time", "/paths/component"}, std::span<const double>(x),
               {{"long_name", "state"}, {"units", "data"}});
    if (communicator.any(complement)) {
        const auto radius2 = padded(measured.paths, &measure::PathRecord::radius2, times, 1);
        file.write(
            "/paths/radius2", {"/paths/path", "/time"}, std::span<const double>(radius2),
            {{"long_name", "squared radius in the coordinates that are not explicit"}, {"units", "data^2"}});
    }
    write_eigenpairs(file, setup, measured, times, {width, communicator.any(complement)});
    if (setup.config.direction == measure::Direction::marginal) return;
    if (setup.law->mixture.labels.any())
        file.write("/paths/end_class", {"/paths/path"}, std::span<const std::int64_t>(end_class),
                   {{"long_name", "class of the clean end, drawn from its posterior on reverse paths"}});
    if (setup.law->empirical)
        file.write("/paths/end_datum", {"/paths/path"}, std::span<const std::int64_t>(end_datum),
                   {{"long_name", "datum of the clean end, drawn from its posterior on reverse paths"}});
}

}  // namespace

void write_decisions(ResultFile& file, const Setup& setup, const Measured& measured) {
    if (setup.ensemble.recording.decisions) file.group("/decisions");
    for (const auto& [name, counts] : measured.decisions) {
        const auto found =
            measure::distribution_of(setup.ensemble.times, counts, setup.ensemble.trajectories);
        const std::string group = "/decisions/" + name;
        write_bins(file, group, found.edges, "process time");
        file.write(group + "/density", {group + "/bin"}, std::span<const double>(found.density));
        const std::vector<std::int64_t> paths(counts.begin(), counts.end());
        file.write(group + "/count", {group + "/bin"}, std::span<const std::int64_t>(paths),
                   {{"long_name", "paths that decided at the observation time of the bin"}});
        file.write(group + "/mean", found.mean);
        file.write(group + "/stderr", found.standard_error);
        file.write(group + "/width", found.width);
        file.write(group + "/width_stderr", found.width_error);
        file.attributes(group, {{"fraction", found.fraction}});
    }
}

void write_histogram(ResultFile& file, const std::string& group, const HistogramAxes& axes,
                     const measure::Histogram& histogram, const parallel::Communicator& communicator) {
    std::vector<double> edges, density;
    std::vector<std::int64_t> counts(measure::Histogram::head, 0);
    if (communicator.is_root()) {
        edges = histogram.edges();
        density = histogram.density();
        counts = histogram.pack();
    }
    const std::uint64_t length = communicator.max(std::uint64_t{edges.size()});
    edges.resize(length);
    communicator.broadcast(std::span<double>(edges));
    write_bins(file, group, edges, axes.units);
    std::vector<std::string> all = axes.names;
    all.push_back(group + "/bin");
    density.resize(axes.rows * (length > 0 ? length - 1 : 0));
    file.write(group + "/density", all, std::span<const double>(density),
               {{"long_name", "share of the values in the bin over its width"}});
    file.write(group + "/count", all, std::span<const std::int64_t>(counts).subspan(measure::Histogram::head),
               {{"long_name", "values in the bin"}});
    // bins have width 2^bin_exponent in asinh(value) and begin at first_bin times that
    file.attributes(group, {{"bin_exponent", counts[0]}, {"first_bin", counts[1]}});
    file.link_time(group);
}

void write_histograms(ResultFile& file, const Setup& setup, const Measured& measured,
                      const parallel::Communicator& communicator) {
    const auto& wanted = setup.ensemble.recording.histograms;
    const measure::Histogram elsewhere;
    for (std::size_t h = 0; h < wanted.size(); ++h)
        write_histogram(file, "/histograms/" + wanted[h]->name,
                        {{"/time"}, setup.ensemble.times.size(), wanted[h]->units},
                        communicator.is_root() ? measured.histograms[h] : elsewhere, communicator);
}

void write_paths(ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                 const Measured& measured, const parallel::Communicator& communicator) {
    const std::uint64_t count = std::min(setup.ensemble.recording.paths, setup.ensemble.trajectories);
    if (count == 0) return;
    std::vector<std::int64_t> numbers;
    for (const auto& path : measured.paths) numbers.push_back(static_cast<std::int64_t>(path.trajectory));
    file.scale("/paths/path", std::span<const std::int64_t>(numbers), "trajectory", "dimensionless");
    file.link_time("/paths");

    const std::size_t times = plan.times();
    std::size_t which = 0;
    for (const auto& column : plan.columns()) {
        if (column.quantity != measure::Quantity::observable ||
            column.observable->axis != measure::Axis::none)
            continue;
        std::vector<double> values(count * times);
        for (std::size_t p = 0; p < measured.paths.size(); ++p)
            std::copy_n(measured.paths[p].values.begin() + static_cast<std::ptrdiff_t>(which * times), times,
                        values.begin() + static_cast<std::ptrdiff_t>(p * times));
        file.write("/paths/" + column.name(), {"/paths/path", "/time"}, std::span<const double>(values),
                   {{"long_name", column.observable->long_name}, {"units", column.observable->units}});
        ++which;
    }
    if (setup.ensemble.recording.states) write_states(file, setup, measured, times, communicator);
}

}  // namespace kairos::app
