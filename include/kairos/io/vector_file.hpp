// include/kairos/io/vector_file.hpp: directions of the user's own from an HDF5 file (landscape.vectors).
//
//   dataset [k,d] of numbers, or [d] for one of them; Matrix d x k, one vector a column
//
// Collective: read by rank 0 and sent to all. Errors, the same on every rank: InputError naming file and dataset where it is absent, of
// another shape, holds numbers that are not finite, a vector that is zero, or more than most_vectors.
#pragma once
#include <string>

#include "kairos/base/array.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

constexpr std::size_t most_vectors = 64;

[[nodiscard]] Matrix read_vectors(const parallel::Communicator& communicator, const std::string& file,
                                  const std::string& dataset, Index dimension);

}  // namespace kairos::io
