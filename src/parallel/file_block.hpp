// src/parallel/file_block.hpp: a node's block of numbers in a file, where it may exceed the memory.
//
// All ranks of the node map the same file, which has no name any more once they have it: it is gone when the last of them lets go,
// whatever ends them. The system keeps in memory what is read, and gives up what is not where memory is short. Room is taken when
// the file is made: a disk that is full is an error then and not a signal later.
//
// Collective over `all`; `node` are those of its ranks that share the file. Letting go is not.
// Errors, the same on every rank: Error(ExitCode::configuration) naming the folder and what the system says.
#pragma once
#include <memory>
#include <string>

#include "kairos/parallel/node_shared.hpp"

namespace kairos::parallel {

[[nodiscard]] std::unique_ptr<NodeShared::Block> file_block(const Communicator& all, const Communicator& node,
                                                            std::size_t count, const std::string& folder);

}  // namespace kairos::parallel
