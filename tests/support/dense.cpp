#include "support/dense.hpp"

#include <Eigen/Dense>
#include <cmath>

namespace kairos::test {

Matrix inverse(const Matrix& matrix) { return matrix.inverse(); }

double log_determinant(const Matrix& positive_definite) { return std::log(positive_definite.determinant()); }

Vector eigenvalues(const Matrix& symmetric) {
    return Eigen::SelfAdjointEigenSolver<Matrix>(symmetric, Eigen::EigenvaluesOnly).eigenvalues();
}

Matrix eigenvectors(const Matrix& symmetric) {
    return Eigen::SelfAdjointEigenSolver<Matrix>(symmetric).eigenvectors();
}

Matrix orthonormal(const Matrix& columns) {
    return Eigen::HouseholderQR<Matrix>(columns).householderQ() *
           Matrix::Identity(columns.rows(), columns.cols());
}

Vector triangular_diagonal(const Matrix& columns) {
    return Eigen::HouseholderQR<Matrix>(columns).matrixQR().diagonal().head(columns.cols()).cwiseAbs();
}

}  // namespace kairos::test
