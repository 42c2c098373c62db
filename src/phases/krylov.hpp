// src/phases/krylov.hpp: linear systems and the top of a spectrum from products alone, for many coordinates.
//
//   solve      A x = b by GMRES without restarts: A any matrix whose eigenvalues cluster (drift Jacobians: a multiple of the identity
//              but for the few components that share the posterior)
//   leading    Ritz pairs of a symmetric A in descending order, those above `floor` and a few below, by Lanczos with full
//              reorthogonalisation
//
// Lanczos sees one vector of an eigenvalue that is repeated exactly. Source: Saad and Schultz 1986; Parlett 1980.
#pragma once
#include <functional>

#include "kairos/base/decompositions.hpp"

namespace kairos::phases {

using LinearMap = std::function<Vector(const Vector&)>;

[[nodiscard]] Vector solve(const LinearMap& times, const Vector& right, Index most_products = 120);
// residual: of each pair, relative to 1 + |value|; values are off by no more than its square over the distance to the next.
[[nodiscard]] EigenPairs leading(const LinearMap& times, const Vector& start, double floor,
                                 double residual = 1e-10);

}  // namespace kairos::phases
