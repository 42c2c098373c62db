#include "law/dense_law.hpp"

#include <random>

#include "support/dense.hpp"

namespace kairos::test {

Matrix random_matrix(Index rows, Index columns, std::uint32_t seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    return Matrix::NullaryExpr(rows, columns, [&] { return normal(generator); });
}

Matrix random_eigenvectors(Index rows, Index columns, std::uint32_t seed) {
    const Matrix square = random_matrix(rows, rows, seed);
    const Matrix symmetric = square + square.transpose();
    return test::eigenvectors(symmetric).leftCols(columns);
}

Matrix dense_covariance(const law::Mixture& mixture) {
    const Index r = mixture.coordinates();
    Matrix second = Matrix::Zero(r, r);
    Vector mean = Vector::Zero(r);
    for (Index k = 0; k < mixture.components(); ++k) {
        const law::Covariance& c = mixture.covariance(k);
        Matrix s = c.isotropic * Matrix::Identity(r, r);
        for (Index i = 0; i < c.diagonal.size(); ++i) s(i, i) += c.diagonal[i];
        for (Index q = 0; q < c.excess.size(); ++q) {
            s += c.excess[q] * c.directions.col(q) * c.directions.col(q).transpose();
        }
        second += mixture.weights[k] * (s + mixture.means.col(k) * mixture.means.col(k).transpose());
        mean += mixture.weights[k] * mixture.means.col(k);
    }
    return second - mean * mean.transpose();
}

Vector sorted_eigenvalues(const Matrix& symmetric) { return test::eigenvalues(symmetric); }

Matrix gram(const Matrix& columns) { return columns.transpose() * columns; }

double largest_difference(const Matrix& a, const Matrix& b) {
    return a.size() == 0 && b.size() == 0 ? 0.0 : (a - b).cwiseAbs().maxCoeff();
}

law::Covariance isotropic(double variance) {
    law::Covariance covariance;
    covariance.isotropic = variance;
    return covariance;
}

}  // namespace kairos::test
