// include/kairos/base/array.hpp: the shapes that every room shares.
//
// A block of m trajectories in d coordinates is a d x m matrix, one column a trajectory, stored by rows: the values of one
// coordinate over the trajectories of the block are contiguous, so that the trajectories lie across SIMD lanes.
#pragma once
#include <Eigen/Core>
#include <limits>

namespace kairos {

using Index = Eigen::Index;
using Vector = Eigen::VectorXd;  // [d], [K]
using Matrix = Eigen::MatrixXd;  // column-major: means, bases
using Rows =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  // d x m, one column a trajectory
using Lanes = Eigen::Array<double, 1, Eigen::Dynamic>;                       // [m], one value a trajectory

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();  // what has no value

}  // namespace kairos
