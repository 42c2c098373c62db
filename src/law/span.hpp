// src/law/span.hpp: the subspace V that a law needs explicitly.
//
//   V = span( eigenvectors of S whose eigenvalue is not `base`, means, axis ),   S = base I outside of it
#pragma once
#include "kairos/law/mixture.hpp"

namespace kairos::law {

// S = base I + directions diag(excess) directions^T with as few directions as possible: base is the
// eigenvalue that occurs most often, or the one of the complement where there is one already.
struct EigenSplit {
    double base = 0.0;
    Matrix directions;  // d x q, orthonormal
    Vector excess;      // [q]
};

// Of a single component; several (isotropic) components have no direction.
[[nodiscard]] EigenSplit split_covariance(const Mixture& mixture);

// Orthonormal basis of span(directions, vectors) whose first columns are `directions` (orthonormal
// themselves). Where that is the whole space and there are no directions, it is the identity.
[[nodiscard]] Matrix complete_basis(const Matrix& directions, const Matrix& vectors);

}  // namespace kairos::law
