// tests/support/dense.hpp: dense linear algebra for references, compiled once; independent of the product's
// own.
#pragma once
#include "kairos/base/array.hpp"

namespace kairos::test {

[[nodiscard]] Matrix inverse(const Matrix& matrix);
[[nodiscard]] double log_determinant(const Matrix& positive_definite);
[[nodiscard]] Vector eigenvalues(const Matrix& symmetric);        // ascending
[[nodiscard]] Matrix eigenvectors(const Matrix& symmetric);       // in their order
[[nodiscard]] Matrix orthonormal(const Matrix& columns);          // of the same span
[[nodiscard]] Vector triangular_diagonal(const Matrix& columns);  // |R_ii| of columns = Q R

}  // namespace kairos::test
