// include/kairos/app/memory.hpp: what a job will hold in memory, known before anything is built.
//
// Units: bytes. Errors: `require_memory` throws ConfigError when one node's ranks need more than the machine has.
#pragma once
#include <cstdint>

#include "kairos/app/config.hpp"

namespace kairos::app {

struct MemoryNeed {
    double law = 0;      // means or data, and their decomposition
    double block = 0;    // states, noise, weights of the block in work
    double moments = 0;  // batch moments of one rank
    [[nodiscard]] double rank() const { return law + block + moments; }
};

// Before the law is built, from the configuration (files: their size is known only when read, 0 here).
[[nodiscard]] MemoryNeed estimate_memory(const Config& config, int ranks);
[[nodiscard]] double machine_memory();  // of this node
void require_memory(const Config& config, int ranks, int ranks_on_node);

}  // namespace kairos::app
