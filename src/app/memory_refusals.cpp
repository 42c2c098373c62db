// Which key asks for more memory than there is, and how to ask for less.
#include <algorithm>
#include <sstream>

#include "kairos/app/memory.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"

#include "memory_parts.hpp"

namespace kairos::app {
namespace {

std::string gigabytes(double bytes) {
    std::ostringstream text;
    text.precision(3);
    text << bytes / 1e9 << " GB";
    return text.str();
}

// Of a law: the key that asks for the memory, its value, and how to ask for less.
ConfigError too_large_law(const Config& config, const io::TableShape& input, const std::string& problem,
                          const std::string& allowed, std::string mend) {
    if (from_dataset(config))
        return {"data.dataset", config.dataset,
                "holds [" + std::to_string(input.rows) + "," + std::to_string(input.columns) +
                    "] numbers and " + problem,
                allowed, mend.empty() ? "Take fewer points, or start fewer ranks a node." : std::move(mend)};
    if (config.samples > 0)
        return {"data.samples", std::to_string(config.samples), problem, allowed,
                mend.empty() ? "Lower data.samples or data.dimension, or start fewer ranks a node."
                             : std::move(mend)};
    if (from_file(config)) return {"data.file", config.file, problem, allowed, "Take fewer components."};
    return {"data.dimension", to_text(config.model.dimension), problem, allowed,
            runs_full(config) ? "Try --ensemble.representation=reduced." : "Lower data.components."};
}

// Whatever takes most of a rank.
ConfigError too_large(const Config& config, const io::TableShape& input, const MemoryNeed& need,
                      const std::string& problem, const std::string& allowed) {
    const std::string times = std::to_string(config.points) + " times";
    const double law = std::max(need.law + need.data + need.packed, need.block);
    const double most = std::max({law, need.moments, need.clones, need.histograms, need.paths});
    if (most == law) return too_large_law(config, input, problem, allowed, "");
    if (most == need.moments)
        return {"time.points", std::to_string(config.points), problem + " for moments of every batch",
                allowed, "Take fewer times, or a larger ensemble.batch."};
    if (most == need.clones || (most == need.histograms && config.histograms.empty()))
        return {"clones.overlap", "path", problem + " for moments at " + times, allowed,
                "Take fewer times, or fewer clones.times."};
    if (most == need.histograms)
        return {"observe.histograms", joined(config.histograms, ","),
                problem + " for distributions at " + times, allowed,
                "Take fewer times, or fewer histograms."};
    return {
        "observe.paths", std::to_string(config.paths), problem + " for raw values at " + times, allowed,
        config.states ? "Keep fewer paths, fewer times, or no states." : "Keep fewer paths, or fewer times."};
}

}  // namespace

void require_memory(const Config& config, const io::TableShape& input, const MemoryNeed& need,
                    const Machine& machine) {
    const double all = need.node(machine.ranks);
    if (all > machine.memory)
        throw too_large(config, input, need, "needs " + gigabytes(all) + " of memory",
                        "what fits the " + gigabytes(machine.memory) + " of this machine");
    const auto& room = machine.shared.free_bytes;
    if (machine.ranks > 1 && room && need.data > *room)
        throw too_large_law(config, input,
                            "needs " + gigabytes(need.data) + " of memory shared by the ranks of a node",
                            "what fits the " + gigabytes(*room) + " left in " + machine.shared.path,
                            parallel::how_to_make_room());
    if (need.file == 0.0) return;
    const std::string allowed = "a folder on a disk of every node with " + gigabytes(need.file) + " left";
    if (!machine.data.free_bytes)
        throw ConfigError("run.data-folder", config.data_folder, "is no folder of every node", allowed, "");
    if (need.file > *machine.data.free_bytes)
        throw ConfigError("run.data-folder", config.data_folder,
                          "has " + gigabytes(*machine.data.free_bytes) + " left", allowed,
                          "Name another folder, or take fewer data.");
}

}  // namespace kairos::app
