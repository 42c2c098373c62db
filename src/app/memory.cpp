#include "kairos/app/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "kairos/base/error.hpp"
#include "kairos/law/models.hpp"
#include "kairos/measure/ensemble.hpp"

namespace kairos::app {
namespace {

constexpr double number_bytes = 8.0;
constexpr double columns_per_time = 60.0;  // moments a default run keeps per time, identities included

bool runs_full(const Config& config) {
    if (config.samples > 0 || config.representation == RepresentationChoice::full) return true;
    if (config.representation == RepresentationChoice::reduced) return false;
    return law::cheaper_representation(config.model) == law::Representation::full;
}

std::string gigabytes(double bytes) {
    std::ostringstream text;
    text.precision(3);
    text << bytes / 1e9 << " GB";
    return text.str();
}

}  // namespace

MemoryNeed estimate_memory(const Config& config, int ranks) {
    MemoryNeed need;
    const bool file = config.model.kind == law::ModelKind::mixture_file ||
                      config.model.kind == law::ModelKind::dataset_file;
    const bool full = !file && runs_full(config);
    const double components = config.samples > 0 ? static_cast<double>(config.samples)
                                                 : static_cast<double>(config.model.components);
    const double coordinates = full ? config.model.dimension : std::min(config.model.dimension, components);
    const bool dense = config.model.kind == law::ModelKind::gaussian_process;
    if (!file)
        need.law = number_bytes * coordinates * (components + (dense ? 3.0 * config.model.dimension : 0.0));
    if (config.samples > 0) need.law *= 2.0;  // drawn, then sorted by class
    const double lanes =
        std::clamp(512.0 * 1024.0 / (number_bytes * (4 * coordinates + 3 * components + 24)), 32.0, 1024.0);
    need.block = number_bytes * lanes * (8.0 * coordinates + 4.0 * components + 200.0);
    const double batches = std::min<double>(512.0, static_cast<double>(config.trajectories));
    const double row = columns_per_time * static_cast<double>(config.points) * sizeof(measure::Moments);
    need.moments = 2.0 * row * std::ceil(batches / ranks) + row;
    return need;
}

double machine_memory() {
    return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void require_memory(const Config& config, int ranks, int ranks_on_node) {
    const double needed = estimate_memory(config, ranks).rank() * ranks_on_node;
    if (needed <= machine_memory()) return;
    const bool full = runs_full(config);
    const std::string allowed = "what fits the " + gigabytes(machine_memory()) + " of this machine";
    if (config.samples > 0)
        throw ConfigError("data.samples", std::to_string(config.samples),
                          "needs " + gigabytes(needed) + " of memory", allowed,
                          "Lower data.samples or data.dimension, or start fewer ranks a node.");
    std::ostringstream dimension;
    dimension.precision(17);
    dimension << config.model.dimension;
    throw ConfigError("data.dimension", dimension.str(), "needs " + gigabytes(needed) + " of memory", allowed,
                      full ? "Try --ensemble.representation=reduced." : "Lower data.components.");
}

}  // namespace kairos::app
