// src/dynamics/lanczos.hpp: the largest eigenvalues and eigenvectors of one symmetric positive semi-definite matrix per lane.
//
//   A v_j = beta_{j-1} v_{j-1} + alpha_j v_j + beta_j v_{j+1};  the largest eigenvalue of the tridiagonal
//   (alpha, beta) tends to that of A
//
// All lanes iterate together, so that one product serves them all. The one largest needs no reorthogonalisation: ghosts repeat an
// extreme eigenvalue, they do not move it. Relative error below 1e-10 unless the top of the spectrum is
// crowded beyond `iterations`; what is known to be at most `negligible` is not sought further, for rounding has no spectrum to converge to.
// Shapes: n x m, one matrix (and one column) a lane. Source: Paige 1972;
// Parlett, The Symmetric Eigenvalue Problem, chapter 13; several of them: Ruhe 1979 (band Lanczos).
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "kairos/base/array.hpp"

namespace kairos::dynamics {

using LaneProduct = std::function<void(const Rows& v, Rows& out)>;  // out = A v, lane by lane

void largest_eigenvalues(const LaneProduct& product, Index n, Index m, double negligible, Lanes& out);

// Eigenvalues in descending order [k x m], and where they were asked for their orthonormal eigenvectors, k times n x m.
struct LanePairs {
    Rows values;
    std::vector<Rows> vectors;
};

// The k <= n largest, an eigenvalue of several copies as often as it occurs among them. Keeps its vectors, iterated_vectors(n, k) times n x
// m numbers, which the one largest does without. |A v - lambda v| <= 1e-10 of the largest eigenvalue, or what the rounding of the product
// leaves, unless the top of the spectrum is crowded beyond 400 k products. The outcome of a lane does not depend on those beside it, to the
// bit where the product's does not.
void leading_eigenpairs(const LaneProduct& product, Index n, Index m, Index k, bool vectors, LanePairs& out);

// a . b of every lane, summed in the order of the coordinates whatever the number of lanes.
[[nodiscard]] Lanes lane_dots(const Rows& a, const Rows& b);

// Entries of fixed vectors with no symmetry that an eigenvector could be orthogonal to, in [-1, 1).
[[nodiscard]] double lanczos_start_entry(std::uint64_t i);

}  // namespace kairos::dynamics
