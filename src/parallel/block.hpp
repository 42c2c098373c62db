// src/parallel/block.hpp: where the numbers of a NodeShared lie, from a multiple of 64 bytes on.
#pragma once
#include <span>

#include "kairos/parallel/node_shared.hpp"

namespace kairos::parallel {

struct NodeShared::Block {
    Block() = default;
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    virtual ~Block() = default;
    virtual void publish() const {}
    std::span<double> values;
};

}  // namespace kairos::parallel
