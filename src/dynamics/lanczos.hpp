// src/dynamics/lanczos.hpp: the largest eigenvalues of one symmetric positive semi-definite matrix per lane.
//
//   A v_j = beta_{j-1} v_{j-1} + alpha_j v_j + beta_j v_{j+1};  the largest eigenvalue of the tridiagonal
//   (alpha, beta) tends to that of A
//
// All lanes iterate together, so that one product serves them all. No reorthogonalisation: ghosts repeat an
// extreme eigenvalue, they do not move it. Relative error below 1e-10 unless the top of the spectrum is
// crowded beyond `iterations`. Shapes: n x m, one matrix (and one column) a lane. Source: Paige 1972;
// Parlett, The Symmetric Eigenvalue Problem, chapter 13.
#pragma once
#include <cstdint>
#include <functional>

#include "kairos/base/array.hpp"

namespace kairos::dynamics {

using LaneProduct = std::function<void(const Rows& v, Rows& out)>;  // out = A v, lane by lane

void largest_eigenvalues(const LaneProduct& product, Index n, Index m, Lanes& out);

// The k <= n largest, descending, [k x m]. Keeps its vectors, n x m numbers a step, which the one largest does without.
void leading_eigenvalues(const LaneProduct& product, Index n, Index m, Index k, Rows& out);

// Entries of fixed vectors with no symmetry that an eigenvector could be orthogonal to, in [-1, 1).
[[nodiscard]] double lanczos_start_entry(std::uint64_t i);

}  // namespace kairos::dynamics
