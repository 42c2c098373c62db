#include "kairos/app/write_realisations.hpp"

#include <algorithm>

#include "kairos/measure/estimate.hpp"
#include "kairos/measure/quenched.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Column;
using measure::Moments;

// [column of the part][realisation]
std::vector<std::vector<Moments>> moments_of_part(const Column& column, const parallel::ColumnSlice& part,
                                                  const Measured& measured) {
    std::vector<std::vector<Moments>> moments(part.size());
    for (std::size_t q = 0; q < part.size(); ++q)
        for (std::size_t r = 0; r < measured.realisations.size(); ++r)
            moments[q].push_back(
                measured.folded_each[r * measured.slice.size() +
                                     (column.first + part.begin + q - measured.slice.begin)]);
    return moments;
}

void write_column(io::ResultFile& file, const Column& column, std::size_t times, const Measured& measured) {
    const auto part = own_part(column, times, measured.slice);
    const auto moments = moments_of_part(column, part, measured);
    std::vector<double> means, errors, spreads, mean_errors;
    for (std::size_t r = 0; r < measured.realisations.size(); ++r)
        for (const auto& of_column : moments) {
            const auto one = measure::estimate(of_column[r]);
            means.push_back(one.mean);
            errors.push_back(one.standard_error);
        }
    for (const auto& of_column : moments) {
        const auto average = measure::quenched_average(of_column);
        spreads.push_back(average.spread);
        mean_errors.push_back(average.standard_error);
    }
    const auto axes = axes_of(column);
    auto each = axes;
    each.insert(each.begin(), "/realisation");
    const std::string group = "/realisations/" + column.name();
    file.write_slice(group + "/mean", each, 1, part, means, {{"long_name", "mean over the paths"}});
    file.write_slice(group + "/stderr", each, 1, part, errors, {{"long_name", "standard error of mean"}});
    file.write_slice(group + "/spread", axes, 0, part, spreads,
                     {{"long_name", "standard deviation between realisations, path noise removed"}});
    file.write_slice(group + "/mean_stderr", axes, 0, part, mean_errors,
                     {{"long_name", "standard error of the average over realisations"}});
    file.attributes(group,
                    {{"long_name", column.observable->long_name}, {"units", column.observable->units}});
    file.link_time(group);
}

void write_seeds(io::ResultFile& file, const Config& config, const Measured& measured) {
    std::vector<std::int64_t> seeds, batches;
    for (const auto range : measured.realisations) batches.push_back(static_cast<std::int64_t>(range.size()));
    for (std::uint64_t r = 0; r < config.realisations; ++r)
        seeds.push_back(static_cast<std::int64_t>(config.model.seed + r));
    file.scale("/realisation", std::span<const std::int64_t>(seeds),
               "data.seed of the realisation of the quenched disorder", "dimensionless",
               {{"batches", batches}});
}

}  // namespace

void write_realisations(io::ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                        const Measured& measured, const Findings& findings) {
    if (measured.realisations.size() == 1) return;
    write_seeds(file, setup.config, measured);
    for (const Column& column : plan.columns())
        if (column.quantity == measure::Quantity::observable)
            write_column(file, column, plan.times(), measured);
    for (const auto& [name, found] : findings.realisation_transitions) {
        std::vector<double> times, errors;
        for (const phases::CriticalTime& one : found) {
            times.push_back(one.time);
            errors.push_back(one.standard_error);
        }
        const std::string group = "/realisations/transitions/" + name;
        file.write(group + "/time", {"/realisation"}, std::span<const double>(times),
                   {{"long_name", "time of the transition in the realisation"}, {"units", "process time"}});
        file.write(group + "/stderr", {"/realisation"}, std::span<const double>(errors),
                   {{"long_name", "its error, that of the trajectories"}, {"units", "process time"}});
    }
}

}  // namespace kairos::app
