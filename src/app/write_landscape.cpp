#include "kairos/app/write_landscape.hpp"

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

void write_axis(io::ResultFile& file, const Setup& setup, const Measured& measured, std::size_t axis) {
    const measure::LandscapeSpec& spec = *setup.ensemble.recording.landscape;
    const auto& [name, long_name, v] = spec.axes[axis].axis;
    const std::string group = "/landscape/" + name;
    std::vector<double> q;
    for (Index b = 0; b < spec.bins; ++b) q.push_back(spec.centre(axis, b));
    file.scale(group + "/q", std::span<const double>(q), "q = v.x/sqrt(d), bin centres", "data^2");
    const auto curves = phases::landscape_curves(*setup.law, setup.schedule, spec, measured.landscape, axis,
                                                 static_cast<double>(setup.ensemble.trajectories));
    const auto write = [&](const char* what, const std::vector<double>& values, bool binned,
                           const char* meaning, const char* units) {
        if (values.empty()) return;
        std::vector<std::string> axes{"/time"};
        if (binned) axes.push_back(group + "/q");
        file.write(group + "/" + what, axes, std::span<const double>(values),
                   {{"long_name", meaning}, {"units", units}});
    };
    write("density", curves.density, true, "P(q, t)", "1/data^2");
    write("density_stderr", curves.density_stderr, true, "standard error of density", "1/data^2");
    write("density_theory", curves.density_theory, true, "P(q, t) of the noised data", "1/data^2");
    write("potential", curves.potential, true, "U = -log P", "nats");
    write("drift_potential", curves.drift_potential, true,
          "V = -int E[v.b/sqrt(d) | q] dq, lowest point at 0", "data^4 per time");
    write("drift_potential_theory", curves.drift_theory, true, "V of two equal clusters", "data^4 per time");
    write("barrier", curves.barrier, false, "height of U between two wells", "nats");
    write("barrier_stderr", curves.barrier_stderr, false, "standard error of barrier", "nats");
    write_sums(file, spec, measured.landscape, axis, group);
    file.attribute(group, "long_name", long_name);
    file.attribute(group, "second_well", curves.second_well);
    file.attribute(group, "second_well_theory", curves.second_well_theory);
    file.link_time(group);
}

}  // namespace

void write_landscape(io::ResultFile& file, const Setup& setup, const Measured& measured) {
    if (!setup.ensemble.recording.landscape) return;
    for (std::size_t axis = 0; axis < setup.ensemble.recording.landscape->axes.size(); ++axis)
        write_axis(file, setup, measured, axis);
}

}  // namespace kairos::app
