// tests/support/result_sample.hpp: a small file with one of everything that a result file may hold.
// Collective.
#pragma once
#include <string>
#include <vector>

#include "kairos/io/result_file.hpp"

namespace kairos::support {

inline std::vector<double> ramp(std::size_t size, double step) {
    std::vector<double> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = step * static_cast<double>(i);
    return values;
}

inline void write_axes(io::ResultFile& file, std::size_t times, std::size_t classes, std::size_t batches) {
    file.scale("/time", std::span<const double>(ramp(times, 0.25)), "time of the forward process", "1");
    std::vector<std::int64_t> labels(classes), numbers(batches);
    for (std::size_t c = 0; c < classes; ++c) labels[c] = static_cast<std::int64_t>(c) - 1;
    for (std::size_t b = 0; b < batches; ++b) numbers[b] = static_cast<std::int64_t>(b);
    file.scale("/class", std::span<const std::int64_t>(labels), "class", "1");
    file.scale("/batch", std::span<const std::int64_t>(numbers), "batch", "1");
}

inline void write_arrays(const parallel::Communicator& communicator, io::ResultFile& file, std::size_t times,
                         std::size_t classes, std::size_t batches) {
    const auto range = parallel::slice_of(communicator.rank(), communicator.size(), times * classes);
    const auto slice = [&](std::size_t rows) {
        std::vector<double> values;
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t at = range.begin; at < range.end; ++at)
                values.push_back(static_cast<double>(row) + 1e-6 * static_cast<double>(at));
        return values;
    };
    file.write_slice("/observables/class_posterior/mean", {"/time", "/class"}, 0, range, slice(1),
                     {{"units", "1"}});
    file.write_slice("/batches/class_posterior/mean", {"/batch", "/time", "/class"}, 1, range,
                     slice(batches));
    file.write("/observables/class_entropy/mean", {"/time"}, std::span<const double>(ramp(times, 0.5)),
               {{"long_name", "entropy of the class"}, {"units", "nat"}});
    for (const char* group :
         {"/observables/class_posterior", "/observables/class_entropy", "/batches/class_posterior"})
        file.link_time(group);
}

// batches x times x classes doubles in one array: above 1 MB by default, so that chunks occur.
inline void write_result_sample(const parallel::Communicator& communicator, const std::string& path,
                                std::size_t times = 64, std::size_t classes = 5, std::size_t batches = 500) {
    io::ResultFile file(communicator, path);
    file.attributes("/",
                    {{"format", "kairos"}, {"format_version", "1.0"}, {"trajectories", std::int64_t{1000}}});
    file.group("/config");
    for (int key = 0; key < 80; ++key)
        file.attributes("/config", {{"section.key" + std::to_string(key), std::to_string(key)}});
    write_axes(file, times, classes, batches);
    write_arrays(communicator, file, times, classes, batches);
    file.write("/transitions/speciation_spectral/time", 3.5, {{"units", "1"}});
    file.scale("/histograms/class_entropy/edge", std::span<const double>(ramp(4, 0.1)), "edges of the bins",
               "nat");
    file.scale("/bifurcation/sde/event", std::span<const std::int64_t>(), "bifurcation", "1");
    file.write("/bifurcation/sde/event_time", {"/bifurcation/sde/event"}, std::span<const double>());
    file.write("/bifurcation/sde/event_kind", {"/bifurcation/sde/event"}, std::span<const std::int32_t>(),
               {{"flag_values", std::vector<std::int64_t>{0, 1, 2}},
                {"flag_meanings", "pitchfork transcritical saddle-node"}});
    file.publish();
}

}  // namespace kairos::support
