// include/kairos/app/memory.hpp: what a job will hold in memory, known before anything is read or built.
//
//   node = data + packed + ranks on it (law + block + moments + clones + histograms + paths)
//
// A dataset is held once a node (io/shared_points.hpp), and once more, packed, where that takes a gigabyte at most and fits
// (dynamics/packed_data.hpp); everything else by every rank. With run.data-folder the dataset lies on a disk of the node instead, and
// memory holds what there is room for. Of input files only the shape of the points or means is read.
// Units: bytes. Errors: ConfigError naming the key, the same on every rank, where a node's ranks need more
// than it has, or the dataset more than its folder for shared memory (or run.data-folder) holds; InputError for the file.
#pragma once
#include "kairos/app/config.hpp"
#include "kairos/io/dataset_file.hpp"
#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/node_shared.hpp"

namespace kairos::app {

struct MemoryNeed {
    double data = 0;        // of a node: the points, while they are in all their coordinates
    double file = 0;        // of a node, on disk: the same with run.data-folder; then `data` is 0
    double packed = 0;      // of a node: the data once more, in the order in which products read them
    double law = 0;         // of a rank: means, what is kept of each datum, and their decomposition
    double block = 0;       // of a rank: states, noise, weights of the block in work
    double moments = 0;     // of a rank: of batches
    double clones = 0;      // of a rank: moments of batches of clones
    double histograms = 0;  // of a rank, those of clones' overlaps too
    double paths = 0;       // of a rank: raw ones
    [[nodiscard]] double rank() const { return law + block + moments + clones + histograms + paths; }
    [[nodiscard]] double node(int ranks) const { return data + packed + ranks * rank(); }
};

// The smallest node of a job.
struct Machine {
    double memory = 0;
    int ranks = 1;                  // most ranks on a node
    parallel::SharedFolder shared;  // with the least room on any node
    parallel::SharedFolder data{};  // run.data-folder, likewise; no room where a node does not have it
};

// input: [n,d] or [K,d] of the file, zeros where the model needs none.
[[nodiscard]] MemoryNeed estimate_memory(const Config& config, const io::TableShape& input, int ranks);
[[nodiscard]] Machine machine_of(const Config& config,
                                 const parallel::Communicator& communicator);  // collective
// Without the packed copy where there is no room for it.
[[nodiscard]] MemoryNeed fitting(MemoryNeed need, const Machine& machine);
void require_memory(const Config& config, const io::TableShape& input, const MemoryNeed& need,
                    const Machine& machine);

// All of it; collective.
[[nodiscard]] MemoryNeed checked_memory(const Config& config, const parallel::Communicator& communicator);

}  // namespace kairos::app
