// src/app/packed_copy.hpp: the data of a law once more, packed, held once by the ranks of a node.
#pragma once
#include <memory>

#include "kairos/app/config.hpp"
#include "kairos/app/memory.hpp"
#include "kairos/dynamics/packed_data.hpp"
#include "kairos/law/law.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

// Null where memory has no room for it, or components do not stream by. Collective, and so is the end of the last copy.
[[nodiscard]] std::shared_ptr<const dynamics::PackedData> packed_copy(
    const Config& config, const law::Law& law, const MemoryNeed& memory,
    const parallel::Communicator& communicator);

}  // namespace kairos::app
