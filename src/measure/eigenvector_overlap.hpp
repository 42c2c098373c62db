// src/measure/eigenvector_overlap.hpp: how far the leading eigenvectors of Cov(y|x) lie in a subspace.
//
//   overlap_i = |P v_i|^2,   P = basis basis^T, basis r x q with orthonormal columns
//
// Eigenvalues that agree to 1e-6 of the largest are one eigenvalue of several copies, whose vectors are any basis: each copy has the average
// over the eigenspace, tr(P Pi)/copies, which no basis and no representation changes. One that goes on beyond the eigenvalues of the posterior is
// taken for that of all directions left: (q - sum of those above)/(d - number of those above), exact where it is the smallest (one isotropic
// covariance, data).
//
// The posterior has one eigenpair more than `out` has rows, or all d. Shapes: out k x m.
#pragma once
#include "kairos/dynamics/posterior.hpp"

namespace kairos::measure {

void fill_eigenvector_overlap(const dynamics::Posterior& posterior, const Matrix& basis, double dimension,
                              Eigen::Ref<Rows> out);

}  // namespace kairos::measure
