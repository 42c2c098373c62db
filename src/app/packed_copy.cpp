#include "packed_copy.hpp"

#include "kairos/parallel/node_shared.hpp"

namespace kairos::app {

std::shared_ptr<const dynamics::PackedData> packed_copy(const Config& config, const law::Law& law,
                                                        const MemoryNeed& memory,
                                                        const parallel::Communicator& communicator) {
    const std::size_t numbers = dynamics::PackedData::numbers(law.mixture, config.precision);
    if (memory.packed == 0.0 || numbers == 0) return nullptr;
    const auto room = std::make_shared<const parallel::NodeShared>(communicator, numbers);
    auto packed =
        std::make_shared<dynamics::PackedData>(law.mixture, config.precision, room, room->values().data());
    const auto mine = room->slice(packed->tiles());
    packed->pack(mine.first, mine.last);
    room->publish();
    return packed;
}

}  // namespace kairos::app
