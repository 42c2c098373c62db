// src/io/announced.hpp: what the root tells all ranks before an array or attributes are made, in one message.
//
// Attributes, types and lengths must be the same on every rank, or the metadata of the file would contradict itself: all take the root's.
#pragma once
#include <string>

#include "kairos/io/result_file.hpp"

namespace kairos::io {

struct Announced {
    std::string fault{};  // why nothing is made; empty: something is
    Attributes attributes{};
    std::uint64_t type = 0, length = 0;  // of the values: the alternative of Values, how many there are
};

// The root's, on every rank. Collective.
[[nodiscard]] Announced of_root(const parallel::Communicator& communicator, const Announced& mine);

}  // namespace kairos::io
