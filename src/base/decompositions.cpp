#include "kairos/base/decompositions.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <stdexcept>
#include <string>

namespace kairos {
namespace {

using Solver = Eigen::SelfAdjointEigenSolver<Matrix>;

// What a solver holds otherwise was never written.
void require_converged(const auto& solver, const char* what) {
    if (solver.info() != Eigen::Success) throw std::domain_error(std::string("the matrix has no ") + what);
}
void require_converged(const Solver& solver) { require_converged(solver, "eigenvalue decomposition"); }

}  // namespace

EigenPairs symmetric_eigen(const Matrix& symmetric) {
    if (symmetric.size() == 0) return {};
    const Solver solver(symmetric);
    require_converged(solver);
    return {solver.eigenvalues(), solver.eigenvectors()};
}

Vector symmetric_eigenvalues(const Matrix& symmetric) {
    if (symmetric.size() == 0) return {};
    const Solver solver(symmetric, Eigen::EigenvaluesOnly);
    require_converged(solver);
    return solver.eigenvalues();
}

EigenPairs tridiagonal_eigen(const Vector& diagonal, const Vector& off_diagonal) {
    Solver solver;
    solver.computeFromTridiagonal(diagonal, off_diagonal);
    require_converged(solver);
    return {solver.eigenvalues(), solver.eigenvectors()};
}

std::optional<Matrix> cholesky(const Matrix& symmetric) {
    const Eigen::LLT<Matrix> factor(symmetric);
    if (factor.info() != Eigen::Success) return std::nullopt;
    return factor.matrixU();
}

Matrix orthonormal_frame(const Matrix& columns) {
    const Eigen::HouseholderQR<Matrix> qr(columns);
    Matrix frame = qr.householderQ() * Matrix::Identity(columns.rows(), columns.cols());
    for (Index j = 0; j < columns.cols(); ++j) {
        if (qr.matrixQR()(j, j) < 0.0) frame.col(j) *= -1.0;
    }
    return frame;
}

Matrix completed_frame(const Matrix& columns) {
    const Eigen::HouseholderQR<Matrix> qr(columns);
    return qr.householderQ() * Matrix::Identity(columns.rows(), columns.rows());
}

Matrix upper_factor(const Matrix& tall) {
    const Eigen::HouseholderQR<Matrix> qr(tall);
    return qr.matrixQR().topRows(tall.cols()).triangularView<Eigen::Upper>();
}

Matrix span_of(const Matrix& columns) {
    const Eigen::ColPivHouseholderQR<Matrix> qr(columns);
    return qr.householderQ() * Matrix::Identity(columns.rows(), qr.rank());
}

SingularPairs singular_pairs(const Matrix& matrix) {
    if (matrix.size() == 0) return {Vector(), Matrix(matrix.rows(), 0)};
    const Eigen::BDCSVD<Matrix> svd(matrix, Eigen::ComputeThinU);
    require_converged(svd, "singular value decomposition");
    return {svd.singularValues(), svd.matrixU()};
}

Matrix least_squares(const Matrix& a, const Matrix& b) { return Eigen::HouseholderQR<Matrix>(a).solve(b); }

Matrix smallest_solution(const Matrix& a, const Matrix& b) {
    return Eigen::CompleteOrthogonalDecomposition<Matrix>(a).solve(b);
}

}  // namespace kairos
