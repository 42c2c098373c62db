// include/kairos/io/shared_points.hpp: points that a node holds once, written by all its ranks.
//
// Collective: every rank gets the same points; fill(first, columns) writes columns first, first + 1, ... of
// them in place, a slice of its own on every rank of a node (several nodes: each fills its copy). The memory
// lives as long as a copy of the points, and all ranks let go of the last one at the same place of the
// program (parallel/node_shared.hpp). With one rank a node the points are ordinary memory. With a folder they lie in a file there, and may
// exceed the memory.
//
// Shapes: d x n, as law::Points. Errors: those of NodeShared; what `fill` throws, which either all ranks throw
// or ends the job.
#pragma once
#include <functional>
#include <string>

#include "kairos/law/points.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

using FillColumns = std::function<void(Index first, Eigen::Map<Matrix> columns)>;

[[nodiscard]] law::Points shared_points(const parallel::Communicator& communicator, Index rows, Index columns,
                                        const FillColumns& fill, const std::string& folder = {});

}  // namespace kairos::io
