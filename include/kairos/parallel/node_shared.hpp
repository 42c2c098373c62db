// include/kairos/parallel/node_shared.hpp: one block of numbers per node, held once and seen by all its ranks.
//
//   NodeShared memory(communicator, count);
//   fill the slice of this rank (memory.slice);   memory.publish();   then every rank reads all of it
//
// The block is an MPI-3 shared window whose bytes all belong to the node's first rank. Where a node has one rank (and for
// the serial twin) it is ordinary memory, and no window is made. Several nodes: each has a block of its own,
// which its ranks fill. With a folder the block lies in a file there, which has no name and ends with the ranks: the system keeps in
// memory what is read, so that it may exceed the memory.
//
// Collective over the communicator: the constructor and, within each node, publish() and the destructor, which
// frees the window: all ranks let go of it at the same place of the program. A destructor that runs because
// of an exception leaves the window alone, since the other ranks may never come; it is gone when the job ends.
// Shapes: `count` doubles from a multiple of 64 bytes on; pages lie near the rank that first writes them.
// Errors, the same on every rank: Error(ExitCode::configuration) where a node has no room for the block,
// naming size and folder, or cannot make the file; Error(ExitCode::other) naming the MPI call.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "kairos/parallel/communicator.hpp"

namespace kairos::parallel {

// A folder of this node and what it can hold; nothing where it cannot be asked.
struct SharedFolder {
    std::string path;
    std::optional<double> free_bytes;
};
[[nodiscard]] SharedFolder folder_at(const std::string& path);
[[nodiscard]] SharedFolder shared_folder();  // where windows lie
// How to get room there, as a sentence for error messages.
[[nodiscard]] std::string how_to_make_room();

class NodeShared {
public:
    NodeShared(const Communicator& communicator, std::size_t count, const std::string& folder = {});
    ~NodeShared();
    NodeShared(const NodeShared&) = delete;
    NodeShared& operator=(const NodeShared&) = delete;

    [[nodiscard]] std::span<double> values() const;
    // This rank's share of `items` things, [first, last): the node's ranks share them in order.
    struct Slice {
        std::size_t first, last;
    };
    [[nodiscard]] Slice slice(std::size_t items) const;
    // What any rank of the node wrote before is seen by all of them afterwards.
    void publish() const;

    struct Block;  // the memory

private:
    Communicator node_;
    std::unique_ptr<Block> block_;
};

}  // namespace kairos::parallel
