#include "kairos/app/write_clones.hpp"

#include "kairos/app/write_distributions.hpp"
#include "kairos/base/array.hpp"
#include "kairos/measure/estimate.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

constexpr const char* moment_meaning = "count, mean, central moment sums m2, m3, m4, minimum, maximum";

std::vector<measure::Moments> at_branch_times(const MeasuredClones& measured, std::size_t count,
                                              phases::CloneQuantity quantity) {
    std::vector<measure::Moments> moments;
    for (std::size_t b = 0; b < count; ++b)
        moments.push_back(measured.moments[phases::clone_column(b, quantity)]);
    return moments;
}

// Q(t_b, t), [branch time][observation time].
void write_overlap_path(io::ResultFile& file, const Setup& setup, const MeasuredClones& measured,
                        const parallel::Communicator& communicator) {
    const std::size_t branches = setup.config.clone_times.size(), times = setup.ensemble.times.size();
    const auto moments = std::span(measured.moments).subspan(phases::overlap_column(branches, times, 0, 0));
    const std::vector<std::string> axes = {"/clones/branch_time", "/time"};
    const auto write = [&](const std::string& name, double measure::Estimate::*field,
                           const std::string& meaning, const char* units) {
        std::vector<double> values;
        for (const auto& of : moments) values.push_back(of.count > 0 ? measure::estimate(of).*field : nan);
        file.write("/clones/overlap_path_" + name, axes, std::span<const double>(values),
                   {{"long_name", meaning}, {"units", units}});
    };
    write("mean", &measure::Estimate::mean, "mean of Q(t_b, t) = x1.x2/d of clones; NaN before they branch",
          "data^2");
    write("stderr", &measure::Estimate::standard_error, "standard error of overlap_path_mean", "data^2");
    write("variance", &measure::Estimate::variance, "variance of Q(t_b, t)", "data^4");
    file.write("/clones/overlap_path_moments", {"/clones/branch_time", "/time", "/moment"},
               std::span<const double>(flat_moments(moments)), {{"long_name", moment_meaning}});
    file.link_time("/clones");
    write_histogram(file, "/clones/overlap_path", {axes, branches * times, "data^2"}, measured.overlaps,
                    communicator);
}

}  // namespace

void write_clones(io::ResultFile& file, const Setup& setup, const MeasuredClones& measured,
                  const parallel::Communicator& communicator) {
    const auto& branch_times = setup.config.clone_times;
    if (branch_times.empty()) return;
    using phases::CloneQuantity;
    file.scale("/clones/branch_time", std::span<const double>(branch_times), "branching time",
               "process time");
    const auto write = [&](const std::string& name, CloneQuantity quantity, double measure::Estimate::*field,
                           const std::string& meaning, const char* units = "dimensionless") {
        std::vector<double> values;
        for (const auto& of : at_branch_times(measured, branch_times.size(), quantity))
            values.push_back(of.count > 0 ? measure::estimate(of).*field : nan);
        file.write("/clones/" + name, {"/clones/branch_time"}, std::span<const double>(values),
                   {{"long_name", meaning}, {"units", units}});
    };
    const auto write_both = [&](const std::string& name, CloneQuantity quantity, const std::string& meaning) {
        write(name, quantity, &measure::Estimate::mean, meaning);
        write(name + "_stderr", quantity, &measure::Estimate::standard_error, "standard error of " + name);
    };
    if (setup.law->mixture.labels.any()) {
        write_both("same_class", CloneQuantity::same_class, "share of clones that end in one class");
        write_both("class_collision", CloneQuantity::class_collision,
                   "the same from the posterior where they branch; NaN under guidance");
    }
    if (setup.law->empirical) {
        write_both("same_datum", CloneQuantity::same_datum, "share of clones that end on one datum");
        write_both("datum_collision", CloneQuantity::datum_collision,
                   "the same from the posterior where they branch; NaN under guidance");
    }
    for (const auto& [quantity, name] : clone_moments) {
        const auto moments = at_branch_times(measured, branch_times.size(), quantity);
        file.write(std::string("/clones/") + name, {"/clones/branch_time", "/moment"},
                   std::span<const double>(flat_moments(moments)), {{"long_name", moment_meaning}});
    }
    write("overlap_mean", CloneQuantity::overlap, &measure::Estimate::mean, "mean of x1.x2/d at t-min",
          "data^2");
    write("overlap_variance", CloneQuantity::overlap, &measure::Estimate::variance,
          "variance of x1.x2/d at t-min", "data^4");
    if (setup.config.overlap_path) write_overlap_path(file, setup, measured, communicator);
}

}  // namespace kairos::app
