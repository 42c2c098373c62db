// include/kairos/dynamics/states.hpp: a block of trajectories at one time.
//
//   x [r x m]   explicit coordinates, one column a trajectory        radius2 [m]   R2 = |x_perp|^2 in the c coordinates of the complement
//
// The noise of a block is that of trajectories first .. first + m - 1; m follows from the configuration alone.
#pragma once
#include "kairos/base/array.hpp"
#include "kairos/base/ids.hpp"

namespace kairos::dynamics {

struct States {
    TrajectoryId first{};
    Rows x;
    Lanes radius2;  // zeros where the law has no complement

    [[nodiscard]] Index count() const { return x.cols(); }
};

}  // namespace kairos::dynamics
