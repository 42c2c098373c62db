#include "kairos/app/write_result.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "continuation.hpp"
#include "file_head.hpp"
#include "kairos/app/text.hpp"
#include "kairos/app/write_clones.hpp"
#include "kairos/app/write_distributions.hpp"
#include "kairos/app/write_landscape.hpp"
#include "kairos/app/write_realisations.hpp"
#include "kairos/io/result_file.hpp"
#include "kairos/measure/estimate.hpp"
#include "provenance.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using io::Attributes;
using io::ResultFile;
using measure::Column;
using measure::Estimate;
using measure::Quantity;

void write_run(ResultFile& file, const Setup& setup, const RunRecord& record,
               const parallel::Communicator& communicator) {
    Attributes attributes{
        {"status", "complete"},
        {"ranks", static_cast<std::int64_t>(communicator.size())},
        {"trajectories", static_cast<std::int64_t>(setup.ensemble.trajectories)},
        {"samples", setup.law->empirical ? std::int64_t{setup.law->mixture.components()} : std::int64_t{0}},
        {"wall_seconds", record.wall_seconds},
        {"command_line", record.command_line}};
    if (!record.merged_seeds.empty())
        attributes.emplace_back("merged_seeds", joined(record.merged_seeds, ","));
    file.attributes("/", attributes);
    write_machine(file, communicator);
    write_interruptions(file, record.interruptions);
    file.group("/config");
    file.attributes("/config", {setup.config.resolved.begin(), setup.config.resolved.end()});
}

void write_axes(ResultFile& file, const Setup& setup, std::uint64_t batches) {
    std::vector<double> times;
    for (const Time t : setup.ensemble.times) times.push_back(t.value);
    file.scale("/time", std::span<const double>(times), "time of the forward process", "process time");
    const auto& labels = setup.law->mixture.labels;
    if (labels.any()) {
        file.scale("/class", std::span<const std::int64_t>(labels.classes().values), "class label",
                   "dimensionless");
        std::vector<std::int64_t> levels(labels.levels.size());
        std::iota(levels.begin(), levels.end(), 1);
        file.scale("/level", std::span<const std::int64_t>(levels), "level of the class labels, 1 at the top",
                   "dimensionless");
    }
    std::vector<std::int64_t> numbers(batches);
    std::iota(numbers.begin(), numbers.end(), 0);
    file.scale("/batch", std::span<const std::int64_t>(numbers), "batch of trajectories", "dimensionless");
    numbers.resize(moments_width);
    std::iota(numbers.begin(), numbers.end(), 0);
    file.scale("/moment", std::span<const std::int64_t>(numbers),
               "count, mean, central moment sums m2, m3, m4, minimum, maximum", "dimensionless");
    const auto numbered = [&](const char* path, Index length, const char* meaning) {
        if (length == 0) return;
        std::vector<std::int64_t> from_one(static_cast<std::size_t>(length));
        std::iota(from_one.begin(), from_one.end(), 1);
        file.scale(path, std::span<const std::int64_t>(from_one), meaning, "dimensionless");
    };
    numbered("/mode", setup.config.tangents, "tangent vector");
    numbered("/eigenvalue",
             measure::columns(*measure::find_observable("posterior_eigenvalues"), setup.ensemble.setting),
             "eigenvalue of the posterior covariance, 1 the largest");
}

void write_schedule(ResultFile& file, const Setup& setup) {
    std::vector<double> alpha, sigma, log_snr, diffusion;
    for (const Time t : setup.ensemble.times) {
        const auto point = setup.schedule.at(t);
        alpha.push_back(point.alpha);
        sigma.push_back(std::sqrt(point.sigma2));
        log_snr.push_back(point.log_snr);
        diffusion.push_back(std::sqrt(point.diffusion2));
    }
    const auto write = [&](const char* name, const std::vector<double>& values, const char* meaning) {
        file.write(std::string("/schedule/") + name, {"/time"}, std::span<const double>(values),
                   {{"long_name", meaning}});
    };
    write("alpha", alpha, "factor on the data");
    write("sigma", sigma, "standard deviation of the added noise");
    write("log_snr", log_snr, "log(alpha^2/sigma^2)");
    write("diffusion", diffusion, "g of dx = f x dt + g dB");
    file.link_time("/schedule");
}

struct EstimateField {
    const char* name;
    double Estimate::*field;
};
constexpr EstimateField estimate_fields[] = {
    {"mean", &Estimate::mean},         {"stderr", &Estimate::standard_error},
    {"variance", &Estimate::variance}, {"variance_stderr", &Estimate::variance_stderr},
    {"skewness", &Estimate::skewness}, {"excess_kurtosis", &Estimate::excess_kurtosis},
    {"minimum", &Estimate::minimum},   {"maximum", &Estimate::maximum},
    {"count", &Estimate::count}};

void write_observable(ResultFile& file, const Column& column, std::size_t times, const Measured& measured) {
    const auto part = own_part(column, times, measured.slice);
    std::vector<Estimate> estimates;
    estimates.reserve(part.end - part.begin);
    for (std::size_t q = part.begin; q < part.end; ++q)
        estimates.push_back(measure::estimate(measured.folded[column.first + q]));
    const std::string group = "/observables/" + column.name();
    for (const auto& [name, field] : estimate_fields) {
        std::vector<double> values;
        values.reserve(estimates.size());
        for (const Estimate& one : estimates) values.push_back(one.*field);
        file.write_slice(group + "/" + name, axes_of(column), 0, part, values);
    }
    file.attributes(group, {{"long_name", column.observable->long_name},
                            {"units", column.observable->units},
                            {"definition", column.observable->definition}});
    file.link_time(group);
}

void write_batches(ResultFile& file, const Column& column, std::size_t times, const Measured& measured) {
    const auto part = own_part(column, times, measured.slice);
    const parallel::ColumnSlice columns{column.first + part.begin, column.first + part.end};
    auto axes = axes_of(column);
    axes.insert(axes.begin(), "/batch");
    const std::string group = "/batches/" + column.name();
    std::vector<std::string> paths;
    for (const auto& field : moment_fields) paths.push_back(group + "/" + field.name);
    file.write_rows(paths, axes, part, [&](std::size_t first, std::size_t last) {
        const auto moments = measured.batches({first, last}, columns);
        std::vector<std::vector<double>> values;
        for (const auto& [name, field] : moment_fields) {
            values.emplace_back();
            for (const measure::Moments& one : moments) values.back().push_back(one.*field);
        }
        return values;
    });
    file.link_time(group);
}

// The moments behind an identity, from which results are pooled: of both sides, and what judging them needs.
void write_moments(ResultFile& file, const measure::ColumnPlan& plan, const Measured& measured,
                   const IdentityCurve& identity) {
    for (const auto& [quantity, name] : identity_moments) {
        const Column* column = plan.find(quantity, identity.name);
        if (column == nullptr) continue;
        auto axes = axes_of(*column);
        if (column->components == 1) axes.resize(1);
        axes.emplace_back("/moment");
        const auto first = measured.folded.begin() + static_cast<std::ptrdiff_t>(column->first);
        const auto count =
            static_cast<std::ptrdiff_t>(plan.times() * static_cast<std::size_t>(column->components));
        const auto values = flat_moments({first, first + count});
        file.write("/identities/" + identity.name + "/" + name, axes, std::span<const double>(values));
    }
}

void write_findings(ResultFile& file, const measure::ColumnPlan& plan, const Measured& measured,
                    const Findings& findings) {
    for (const auto& [name, curve] : findings.theory)
        file.write("/theory/" + name, {"/time"}, std::span<const double>(curve));
    file.group("/theory");
    file.link_time("/theory");
    file.group("/identities");
    for (const auto& identity : findings.identities) {
        const auto axes = axes_of(*plan.find(Quantity::identity_value, identity.name));
        const std::string group = "/identities/" + identity.name;
        file.write(group + "/value", axes, std::span<const double>(identity.value));
        file.write(group + "/stderr", axes, std::span<const double>(identity.standard_error));
        file.write(group + "/expected", axes, std::span<const double>(identity.expected));
        file.write(group + "/z", axes, std::span<const double>(identity.z));
        file.attributes(group, {{"definition", identity.definition}});
        write_moments(file, plan, measured, identity);
        file.link_time(group);
    }
    for (const auto& [name, curve] : findings.symmetry) {
        const std::string group = "/symmetry/" + name;
        file.write(group + "/value", {"/time"}, std::span<const double>(curve.value));
        file.write(group + "/stderr", {"/time"}, std::span<const double>(curve.standard_error));
        if (!curve.theory.empty())
            file.write(group + "/theory", {"/time"}, std::span<const double>(curve.theory));
        file.attributes(group, {{"long_name", curve.long_name}, {"definition", curve.definition}});
        file.link_time(group);
    }
    file.group("/transitions");
    for (const auto& [name, found] : findings.transitions) {
        const std::string group = "/transitions/" + name;
        file.write(group + "/time", found.time);
        file.write(group + "/stderr", found.standard_error);
        file.write(group + "/ci95_low", found.ci95_low);
        file.write(group + "/ci95_high", found.ci95_high);
        file.write(group + "/theory", found.theory);
    }
}

void write_contents(ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                    const Measured& measured, const Findings& findings, const RunRecord& record,
                    const parallel::Communicator& communicator) {
    write_head(file, "kairos");
    write_run(file, setup, record, communicator);
    write_axes(file, setup, measured.batch_count);
    write_schedule(file, setup);
    for (const Column& column : plan.columns()) {
        if (column.quantity != Quantity::observable) continue;
        write_observable(file, column, plan.times(), measured);
        if (setup.config.batch_moments) write_batches(file, column, plan.times(), measured);
    }
    write_findings(file, plan, measured, findings);
    write_continuation(file, setup, plan, measured);
    write_realisations(file, setup, plan, measured, findings);
    write_decisions(file, setup, measured);
    write_landscape(file, setup, measured);
    write_histograms(file, setup, measured, communicator);
    write_paths(file, setup, plan, measured, communicator);
    write_clones(file, setup, record.clones, communicator);
    write_bifurcation(file, record.diagrams);
}

}  // namespace

void write_result(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured,
                  const Findings& findings, const RunRecord& record,
                  const parallel::Communicator& communicator) {
    ResultFile file(communicator, setup.config.output);
    WorkTimes times = record.times.value_or(WorkTimes{});
    timed(times.output, [&] { write_contents(file, setup, plan, measured, findings, record, communicator); });
    if (record.times) write_performance(file, times, communicator);
    file.publish();
}

}  // namespace kairos::app
