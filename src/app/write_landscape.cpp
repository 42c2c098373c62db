#include "kairos/app/write_landscape.hpp"

#include <utility>

#include "kairos/phases/landscape.hpp"

namespace kairos::app {
namespace {

// What density and drift potential are made of: merge pools these.
void write_sums(io::ResultFile& file, const measure::LandscapeSpec& spec, const measure::Landscape& landscape,
                std::size_t axis, const std::string& group) {
    std::vector<std::int64_t> counts;
    std::vector<double> drifts;
    for (std::size_t i = 0; i < spec.times.size(); ++i)
        for (Index b = 0; b < spec.bins; ++b) {
            counts.push_back(landscape.count(axis, i, b));
            drifts.push_back(spec.drift_unit(axis, i) * static_cast<double>(landscape.drift(axis, i, b)));
        }
    const std::vector<std::string> axes{"/time", group + "/q"};
    file.write(group + "/count", axes, std::span<const std::int64_t>(counts),
               {{"long_name", "trajectories in the bin"}, {"units", "dimensionless"}});
    file.write(
        group + "/drift_sum", axes, std::span<const double>(drifts),
        {{"long_name", "sum of v.b/sqrt(d) of the trajectories in the bin"}, {"units", "data^2 per time"}});
}

// Curves of one axis, over time and bins or over time alone.
class AxisFile {
public:
    AxisFile(io::ResultFile& file, std::string group) : file_(&file), group_(std::move(group)) {}
    void binned(const char* what, const std::vector<double>& values, const char* meaning, const char* units) {
        write(what, {"/time", group_ + "/q"}, values, meaning, units);
    }
    void over_time(const char* what, const std::vector<double>& values, const char* meaning,
                   const char* units) {
        write(what, {"/time"}, values, meaning, units);
    }

private:
    void write(const char* what, const std::vector<std::string>& axes, const std::vector<double>& values,
               const char* meaning, const char* units) {
        if (values.empty()) return;
        file_->write(group_ + "/" + what, axes, std::span<const double>(values),
                     {{"long_name", meaning}, {"units", units}});
    }
    io::ResultFile* file_;
    std::string group_;
};

void write_potentials(AxisFile file, const phases::LandscapeCurves& curves) {
    file.binned("density", curves.density, "P(q, t)", "1/data^2");
    file.binned("density_stderr", curves.density_stderr, "standard error of density", "1/data^2");
    file.binned("density_theory", curves.density_theory, "P(q, t) of the noised data", "1/data^2");
    file.binned("potential", curves.potential, "U = -log P", "nats");
    file.binned("drift_potential", curves.drift_potential,
                "V = -int E[v.b/sqrt(d) | q] dq, lowest point at 0", "data^4 per time");
    file.binned("drift_potential_theory", curves.drift_theory, "V of two equal clusters", "data^4 per time");
}

void write_wells(AxisFile file, const phases::LandscapeCurves& curves) {
    file.over_time("barrier", curves.barrier, "height of U between two wells", "nats");
    file.over_time("barrier_stderr", curves.barrier_stderr, "standard error of barrier", "nats");
    file.over_time("free_energy_difference", curves.free_energy_difference,
                   "F of the upper well minus F of the lower", "nats");
    file.over_time("free_energy_difference_stderr", curves.free_energy_difference_stderr,
                   "standard error of free_energy_difference", "nats");
    file.over_time("free_energy_difference_theory", curves.free_energy_difference_theory,
                   "of the noised data, divided at the same barrier", "nats");
    file.over_time("well_low", curves.well_low, "q at the bottom of the lower well", "data^2");
    file.over_time("barrier_position", curves.barrier_position, "q of the barrier", "data^2");
    file.over_time("well_high", curves.well_high, "q at the bottom of the upper well", "data^2");
}

void write_axis(io::ResultFile& file, const Setup& setup, const Measured& measured, std::size_t axis) {
    const measure::LandscapeSpec& spec = *setup.ensemble.recording.landscape;
    const auto& [name, long_name, v] = spec.axes[axis].axis;
    const std::string group = "/landscape/" + name;
    std::vector<double> q;
    for (Index b = 0; b < spec.bins; ++b) q.push_back(spec.centre(axis, b));
    file.scale(group + "/q", std::span<const double>(q), "q = v.x/sqrt(d), bin centres", "data^2");
    auto curves = phases::landscape_curves(*setup.law, setup.schedule, spec, measured.landscape, axis,
                                           static_cast<double>(setup.ensemble.trajectories));
    if (setup.ensemble.setting.guidance) phases::forget_theory(curves);
    write_potentials({file, group}, curves);
    write_wells({file, group}, curves);
    write_sums(file, spec, measured.landscape, axis, group);
    file.attributes(group, {{"long_name", long_name},
                            {"second_well", curves.second_well},
                            {"second_well_theory", curves.second_well_theory}});
    file.link_time(group);
}

}  // namespace

void write_landscape(io::ResultFile& file, const Setup& setup, const Measured& measured) {
    if (!setup.ensemble.recording.landscape) return;
    for (std::size_t axis = 0; axis < setup.ensemble.recording.landscape->axes.size(); ++axis)
        write_axis(file, setup, measured, axis);
}

}  // namespace kairos::app
