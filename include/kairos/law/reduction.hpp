// include/kairos/law/reduction.hpp: exact reduction of a law to r coordinates and a squared radius.
//
//   x = (x_V, x_perp),   V spans all means (and the directions of anisotropic variance)
//   only x_V [r] and R2 = |x_perp|^2 matter
//
// Possible where every S_k = s_k^2 I + a part inside V: isotropic components of any kind, or one component with
// any covariance (V then holds its eigenvectors; those of the most frequent eigenvalue, zero mean along them, go
// to the complement). V also holds the axis of the order parameter and the means of the population that data
// were drawn from; a population with anisotropic covariances is left out of the reduced law.
//
// Shapes: basis d x r, orthonormal columns. Units: data. Source: docs/theory.md, "Exact reduction".
#pragma once
#include "kairos/law/law.hpp"

namespace kairos::law {

struct Reduction {
    Law law;       // r explicit coordinates
    Matrix basis;  // d x r: x_V = basis^T x
};

[[nodiscard]] bool can_reduce(const Mixture& mixture);
// The law in the span of its means; throws std::domain_error where can_reduce is false.
[[nodiscard]] Reduction reduce(const Law& law);

// The same law with one coordinate of the complement made explicit (as the last coordinate): used where one
// direction of the complement matters (that of a given datum, or the prefix that clones share). Throws
// std::domain_error without a complement.
[[nodiscard]] Law expose_one(const Law& reduced);

// The same law in all d coordinates: explicit coordinates first, then the complement (needs d of a size that
// fits memory).
[[nodiscard]] Law embed(const Law& reduced);

}  // namespace kairos::law
