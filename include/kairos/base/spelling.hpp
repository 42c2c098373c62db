// include/kairos/base/spelling.hpp: the nearest valid spelling of a name that is not known.
#pragma once
#include <span>
#include <string>

namespace kairos {

// The candidate that `name` (of three letters or more) begins, where it is one alone; else that with the smallest edit distance
// (insertions, deletions, substitutions, neighbour swaps); empty if none is within a third of the length of `name` (at least 2).
[[nodiscard]] std::string nearest_spelling(const std::string& name, std::span<const std::string> candidates);

}  // namespace kairos
