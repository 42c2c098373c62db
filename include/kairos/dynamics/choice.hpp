// include/kairos/dynamics/choice.hpp: a component (datum) of every state, drawn by its posterior weight.
//
//   k = the first with sum_{l <= k} w_l > u,   u uniform on (0, 1)
//
// Shapes: weights K x m, one column a trajectory; u of trajectory first + j is that of (stream, step). A component of weight 0 is
// never chosen. Errors: none.
#pragma once
#include <vector>

#include "kairos/base/array.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::dynamics {

// The noise that chooses.
struct Draw {
    random::Stream stream;
    StepId step{};
};

void choose(const Rows& weights, const Draw& draw, TrajectoryId first, std::vector<int>& component);

}  // namespace kairos::dynamics
