// include/kairos/random/noise.hpp: noise as a function, not a state.
//
//   u = uniform(seed, purpose, copy, trajectory, step, component),   normals by Box-Muller on pairs of
//   components
//
// Counter-based (Philox4x32-10 of Random123): the same arguments give the same bits on any rank, in any
// order. No function here can see a rank. The bits of key and counter:
//
//   key      [0] low 32 bits of seed       [1] high 32 bits of seed
//   counter  [0] component pair of normals (component / 2), component of a uniform; an attempt number where a draw rejects
//            [1] step
//            [2] low 32 bits of trajectory
//            [3] bits 0-7 purpose, bits 8-15 copy, bits 16-31 bits 32-47 of trajectory
//
// and of the four words w that come out:
//
//   u(lo, hi)     (2 floor((2^32 hi + lo)/2^12) + 1) 2^-53: an odd multiple of 2^-53 in (0, 1)
//   u(w)          (2 w + 1) 2^-33
//   uniform       u(w0, w1)
//   normals       sqrt(-2 log u(w0, w1)) (cos, sin)(2 pi u(w2, w3)) for components 2 pair and 2 pair + 1
//   chi^2         attempts 0, 1, ...: x = sqrt(-2 log u(w0, w1)) cos(2 pi u(w2)), v = (1 + c x)^3, accepted
//   if v > 0 and
//                 log u(w3) < x^2/2 + D (1 - v + log v); then 2 D v. D = shape - 1/3, c = 1/sqrt(9 D), shape
//                 = degrees/2
//   shape < 1     the same with shape + 1, times u(w0, w1)^(1/shape) of attempt number 2^32 - 1
//
// A trajectory's numbers do not depend on the block it is drawn in: not on first, m, nor its place. They are
// the same on every instruction set with fused multiply-add (AVX2, AVX-512); without it the last bits may
// differ.
//
// Trajectory numbers are below 2^48. Shapes: rows x m, one column a trajectory (trajectories first .. first +
// m - 1). Units: dimensionless. Errors: none. Source: Salmon et al., "Parallel random numbers: as easy as 1,
// 2, 3", SC11; Box and Muller 1958; Marsaglia and Tsang 2000.
#pragma once
#include <cstdint>
#include <span>

#include "kairos/base/array.hpp"
#include "kairos/base/ids.hpp"
#include "kairos/random/purpose.hpp"

namespace kairos::random {

struct Stream {
    std::uint64_t seed = 0;
    Purpose purpose = Purpose::transition;
    std::uint8_t copy = 0;  // 0 but for clones
};

// Standard normals: out(i, j) belongs to component first_component + i (first_component even) of trajectory
// first + j.
void fill_normals(const Stream& stream, TrajectoryId first, StepId step, std::uint32_t first_component,
                  Eigen::Ref<Rows> out);

// Uniforms in (0, 1), 53 bits: out[j] belongs to trajectory first + j. `component` tells several uniforms of one step apart.
void fill_uniforms(const Stream& stream, TrajectoryId first, StepId step, std::span<double> out,
                   std::uint32_t component = 0);

// chi^2 with `degrees` > 0 degrees of freedom (any real, up to 1e18), exact (Marsaglia-Tsang), one per
// trajectory.
void fill_chi_squared(const Stream& stream, TrajectoryId first, StepId step, double degrees,
                      std::span<double> out);

}  // namespace kairos::random
