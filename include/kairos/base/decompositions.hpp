// include/kairos/base/decompositions.hpp: the matrix decompositions that kairos uses, by Eigen.
//
//   A = V diag(values) V^T     symmetric, values ascending, columns of V orthonormal
//   A = U^T U                  symmetric positive definite, U upper triangular
//   A = Q R                    Q orthonormal columns; R with a positive diagonal where said so
//   A = U diag(values) V^T     singular values descending
//
// They stand behind plain functions because every file that instantiates one of Eigen's solvers takes as long
// to compile as this one. Errors: std::domain_error where an iteration does not converge.
#pragma once
#include <optional>

#include "kairos/base/array.hpp"

namespace kairos {

struct EigenPairs {
    Vector values;   // [n]
    Matrix vectors;  // n x n, column i belongs to value i
};

[[nodiscard]] EigenPairs symmetric_eigen(const Matrix& symmetric);
[[nodiscard]] Vector symmetric_eigenvalues(const Matrix& symmetric);
[[nodiscard]] EigenPairs tridiagonal_eigen(const Vector& diagonal, const Vector& off_diagonal);

// U; nothing where the matrix is not positive definite to working accuracy.
[[nodiscard]] std::optional<Matrix> cholesky(const Matrix& symmetric);

// Q, rows x columns, R with a positive diagonal.
[[nodiscard]] Matrix orthonormal_frame(const Matrix& columns);
// Q, rows x rows: its first columns span those given, the others complete them to a basis of the whole space.
[[nodiscard]] Matrix completed_frame(const Matrix& columns);
// R, columns x columns, of a tall matrix.
[[nodiscard]] Matrix upper_factor(const Matrix& tall);
// Orthonormal basis of the span of the columns; their rank by column pivoting.
[[nodiscard]] Matrix span_of(const Matrix& columns);

struct SingularPairs {
    Vector values;
    Matrix left;  // rows x min(rows, columns); none of an empty matrix
};
[[nodiscard]] SingularPairs singular_pairs(const Matrix& matrix);

// X that minimises |A X - B|.
[[nodiscard]] Matrix least_squares(const Matrix& a, const Matrix& b);
// The smallest such X: also where A is singular to working accuracy.
[[nodiscard]] Matrix smallest_solution(const Matrix& a, const Matrix& b);

}  // namespace kairos
