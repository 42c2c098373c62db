// tests/law/dense_law.hpp: moments of a mixture from their definitions, as dense matrices in explicit
// coordinates.
#pragma once
#include <cstdint>

#include "kairos/law/law.hpp"

namespace kairos::test {

// Of standard normals.
[[nodiscard]] Matrix random_matrix(Index rows, Index columns, std::uint32_t seed);

// Orthonormal columns: eigenvectors of a random symmetric matrix.
[[nodiscard]] Matrix random_eigenvectors(Index rows, Index columns, std::uint32_t seed);

// sum_k w_k (S_k + mean_k mean_k^T) - mean mean^T, component by component and entry by entry
[[nodiscard]] Matrix dense_covariance(const law::Mixture& mixture);

[[nodiscard]] Vector sorted_eigenvalues(const Matrix& symmetric);

[[nodiscard]] Matrix gram(const Matrix& columns);

[[nodiscard]] double largest_difference(const Matrix& a, const Matrix& b);

[[nodiscard]] law::Covariance isotropic(double variance);

}  // namespace kairos::test
