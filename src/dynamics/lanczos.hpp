// src/dynamics/lanczos.hpp: the largest eigenvalues and eigenvectors of one symmetric positive semi-definite matrix per lane.
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
#include <vector>

#include "kairos/base/array.hpp"

namespace kairos::dynamics {

using LaneProduct = std::function<void(const Rows& v, Rows& out)>;  // out = A v, lane by lane

void largest_eigenvalues(const LaneProduct& product, Index n, Index m, Lanes& out);

// Eigenvalues in descending order [k x m], and where they were asked for their orthonormal eigenvectors, k times n x m.
struct LanePairs {
    Rows values;
    std::vector<Rows> vectors;
};

// The k <= n largest. Keeps its vectors, n x m numbers a step, which the one largest does without. |A v - lambda v| <= 1e-10 of the largest
// eigenvalue unless the top of the spectrum is crowded beyond 400 steps. An eigenvalue of several copies is found as often as it occurs
// where the spectrum has few different values, so that Krylov spaces end; among many, one of its vectors is.
void leading_eigenpairs(const LaneProduct& product, Index n, Index m, Index k, bool vectors, LanePairs& out);

// Entries of fixed vectors with no symmetry that an eigenvector could be orthogonal to, in [-1, 1).
[[nodiscard]] double lanczos_start_entry(std::uint64_t i);

}  // namespace kairos::dynamics
