// Every decomposition multiplied out again, and what is known of 2 x 2 and 3 x 3 matrices by hand.
#include "kairos/base/decompositions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace kairos {
namespace {

Matrix sample(Index rows, Index columns) {
    Matrix m(rows, columns);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < columns; ++j)
            m(i, j) = std::sin(static_cast<double>(1 + 3 * i + 7 * j * (i + 1)));
    return m;
}

void expect_same(const Matrix& a, const Matrix& b) {
    ASSERT_EQ(a.rows(), b.rows());
    ASSERT_EQ(a.cols(), b.cols());
    EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-13);
}

void expect_orthonormal(const Matrix& q) {
    expect_same(q.transpose() * q, Matrix::Identity(q.cols(), q.cols()));
}

TEST(Decompositions, EigenPairsAscendAndMultiplyOut) {
    const Matrix a = sample(4, 4), symmetric = a + a.transpose();
    const auto [values, vectors] = symmetric_eigen(symmetric);
    expect_orthonormal(vectors);
    expect_same(vectors * values.asDiagonal() * vectors.transpose(), symmetric);
    expect_same(symmetric_eigenvalues(symmetric), values);
    for (Index i = 1; i < 4; ++i) EXPECT_LE(values[i - 1], values[i]);
    Matrix swap(2, 2);
    swap << 0, 1, 1, 0;
    EXPECT_NEAR(symmetric_eigenvalues(swap)[0], -1, 1e-15);
    EXPECT_EQ(symmetric_eigenvalues(Matrix(0, 0)).size(), 0);
}

TEST(Decompositions, TridiagonalPairsAreThoseOfTheDenseMatrix) {
    const Vector diagonal = sample(5, 1), off = sample(4, 1);
    Matrix dense = diagonal.asDiagonal();
    for (Index i = 0; i < 4; ++i) dense(i, i + 1) = dense(i + 1, i) = off[i];
    const auto [values, vectors] = tridiagonal_eigen(diagonal, off);
    expect_same(vectors * values.asDiagonal() * vectors.transpose(), dense);
}

TEST(Decompositions, CholeskyMultipliesOutAndRefusesIndefinite) {
    const Matrix a = sample(4, 4), definite = a * a.transpose() + Matrix::Identity(4, 4);
    const auto upper = cholesky(definite);
    ASSERT_TRUE(upper);
    EXPECT_EQ((*upper)(2, 1), 0.0);
    expect_same(upper->transpose() * *upper, definite);
    EXPECT_FALSE(cholesky(-definite));
}

TEST(Decompositions, FramesSpanWhatTheyWereMadeOf) {
    const Matrix columns = sample(6, 3), q = orthonormal_frame(columns);
    expect_orthonormal(q);
    const Matrix r = q.transpose() * columns;
    expect_same(q * r, columns);
    for (Index j = 0; j < 3; ++j) EXPECT_GT(r(j, j), 0.0);
    const Matrix whole = completed_frame(columns);
    ASSERT_EQ(whole.cols(), 6);
    expect_orthonormal(whole);
    EXPECT_LT((whole.rightCols(3).transpose() * columns).cwiseAbs().maxCoeff(), 1e-13);
    const Matrix upper = upper_factor(columns);
    expect_same(upper.transpose() * upper, columns.transpose() * columns);
}

TEST(Decompositions, SpanHasTheRankOfTheColumns) {
    Matrix columns(6, 4);
    columns << sample(6, 2), sample(6, 2) * sample(2, 2);
    const Matrix basis = span_of(columns);
    ASSERT_EQ(basis.cols(), 2);
    expect_orthonormal(basis);
    expect_same(basis * (basis.transpose() * columns), columns);
}

TEST(Decompositions, SingularPairsGiveTheGramMatrix) {
    const Matrix m = sample(5, 3);
    const auto [values, left] = singular_pairs(m);
    expect_orthonormal(left);
    EXPECT_GE(values[0], values[2]);
    expect_same(left * values.cwiseAbs2().asDiagonal() * left.transpose(), m * m.transpose());
}

TEST(Decompositions, AnEmptyMatrixHasNoSingularPairs) {
    for (const auto& [rows, columns] : {std::pair<Index, Index>{0, 3}, {3, 0}, {0, 0}}) {
        const auto [values, left] = singular_pairs(Matrix(rows, columns));
        EXPECT_EQ(values.size(), 0);
        EXPECT_EQ(left.rows(), rows);
        EXPECT_EQ(left.cols(), 0);
    }
}

TEST(Decompositions, OfWhatIsNoNumberAreRefused) {
    Matrix m = sample(4, 4);
    m(1, 2) = m(2, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW((void)singular_pairs(m), std::domain_error);
    EXPECT_THROW((void)symmetric_eigen(m), std::domain_error);
    EXPECT_THROW((void)symmetric_eigenvalues(m), std::domain_error);
}

TEST(Decompositions, LeastSquaresLeavesAResidualNormalToTheColumns) {
    const Matrix a = sample(6, 3), b = sample(6, 2);
    EXPECT_LT((a.transpose() * (a * least_squares(a, b) - b)).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Decompositions, TheSmallestSolutionHasNoPartThatTheMatrixSendsToZero) {
    const Matrix a = sample(5, 2) * sample(2, 5), b = a * sample(5, 2), x = smallest_solution(a, b);
    expect_same(a * x, b);
    const Matrix seen = span_of(a.transpose());
    expect_same(seen * (seen.transpose() * x), x);
    const Matrix whole = sample(4, 4);
    expect_same(whole * smallest_solution(whole, sample(4, 1)), sample(4, 1));
}

}  // namespace
}  // namespace kairos
