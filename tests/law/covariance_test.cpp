#include "kairos/law/covariance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "law/dense_law.hpp"

namespace kairos {
namespace {

using test::largest_difference;
using test::random_matrix;

// The matrix, from the definition.
Matrix by_definition(const law::Covariance& c, Index d) {
    return test::dense_covariance({.means = Matrix::Zero(d, 1),
                                   .weights = Vector::Ones(1),
                                   .covariances = {c},
                                   .labels = {},
                                   .origin = {}});
}

TEST(Covariance, DenseAndEigenvaluesOfADiagonalOneByHand) {
    law::Covariance c = test::isotropic(2.0);
    c.diagonal = Vector::LinSpaced(3, -1.0, 3.0);

    EXPECT_FALSE(c.is_isotropic());
    EXPECT_EQ(c.dense(3), Matrix(Eigen::Vector3d(1.0, 3.0, 5.0).asDiagonal()));
    EXPECT_EQ(c.eigenvalues(3), Vector(Eigen::Vector3d(1.0, 3.0, 5.0)));
}

TEST(Covariance, AnIsotropicOneHasEqualEigenvaluesInAnyNumberOfCoordinates) {
    EXPECT_TRUE(test::isotropic(0.3).is_isotropic());
    EXPECT_EQ(test::isotropic(0.3).eigenvalues(4), Vector::Constant(4, 0.3));
    EXPECT_EQ(test::isotropic(0.3).eigenvalues(0).size(), 0);
    EXPECT_EQ(test::isotropic(0.3).dense(2), Matrix(0.3 * Matrix::Identity(2, 2)));
}

TEST(Covariance, EigenvaluesWithDirectionsAreThoseOfTheDenseMatrix) {
    law::Covariance c = test::isotropic(0.7);
    c.directions = test::random_eigenvectors(6, 2, 1);
    c.excess = Eigen::Vector2d(2.5, -0.4);
    Vector values = c.eigenvalues(6);
    std::sort(values.begin(), values.end());

    EXPECT_LT(largest_difference(c.dense(6), by_definition(c, 6)), 1e-14);
    EXPECT_LT(largest_difference(values, test::sorted_eigenvalues(by_definition(c, 6))), 1e-14);
}

class Factors : public ::testing::TestWithParam<std::pair<Index, Index>> {};

TEST_P(Factors, GiveSigmaSquaredPlusFactorsTimesTheirTranspose) {
    const auto [d, q] = GetParam();
    const Matrix f = random_matrix(d, q, 3);
    const law::Covariance c = law::factored(0.25, f);

    EXPECT_LT(largest_difference(c.dense(d), 0.25 * Matrix::Identity(d, d) + f * f.transpose()), 1e-12);
    EXPECT_EQ(c.excess.size(), std::min(d, q));
    EXPECT_LT(
        largest_difference(test::gram(c.directions), Matrix::Identity(c.excess.size(), c.excess.size())),
        1e-13);
}
INSTANTIATE_TEST_SUITE_P(Shapes, Factors,
                         ::testing::Values(std::pair{1, 1}, std::pair{7, 3}, std::pair{3, 7},
                                           std::pair{40, 20}));

TEST(Covariance, DependentFactorsNeedOneDirectionOnly) {
    Matrix f(5, 3);
    f.colwise() = Vector(Vector::LinSpaced(5, 1.0, 2.0));
    const law::Covariance c = law::factored(0.0, f);

    EXPECT_EQ(c.excess.size(), 1);
    EXPECT_LT(largest_difference(c.dense(5), f * f.transpose()), 1e-12);
    EXPECT_TRUE(law::factored(1.0, Matrix::Zero(5, 3)).is_isotropic());
    EXPECT_TRUE(law::factored(1.0, Matrix(5, 0)).is_isotropic());
}

TEST(Covariance, FullReproducesTheMatrixWithOrthonormalDirections) {
    const Matrix a = random_matrix(9, 9, 5);
    const Matrix s = a * a.transpose();
    const law::Covariance c = law::full(s);

    EXPECT_LT(largest_difference(c.dense(9), s), 1e-12);
    EXPECT_LT(
        largest_difference(test::gram(c.directions), Matrix::Identity(c.excess.size(), c.excess.size())),
        1e-12);
}

TEST(Covariance, FullKeepsOnlyDirectionsThatDiffer) {
    EXPECT_TRUE(law::full(3.0 * Matrix::Identity(4, 4)).is_isotropic());
    EXPECT_EQ(law::full(3.0 * Matrix::Identity(4, 4)).isotropic, 3.0);
    EXPECT_EQ(law::full(Matrix::Zero(4, 4)).isotropic, 0.0);

    const Vector v = Vector::LinSpaced(4, 1.0, 2.0);
    const law::Covariance c = law::full(v * v.transpose());
    EXPECT_EQ(c.isotropic, 0.0);
    EXPECT_EQ(c.excess.size(), 1);
    EXPECT_NEAR(c.excess[0], v.squaredNorm(), 1e-13);
}

TEST(Covariance, FullRefusesWhatIsNoCovariance) {
    Matrix s = Eigen::Vector3d(1.0, 2.0, -1e-9).asDiagonal();
    EXPECT_THROW(std::ignore = law::full(s), std::domain_error);
    s(2, 2) = -1e-11;  // rounding
    EXPECT_NO_THROW(std::ignore = law::full(s));
    s(0, 1) = 0.5;
    EXPECT_THROW(std::ignore = law::full(s), std::domain_error);
    EXPECT_THROW(std::ignore = law::full(Matrix::Ones(2, 3)), std::domain_error);
    EXPECT_THROW(std::ignore = law::full(Matrix::Constant(2, 2, std::nan(""))), std::domain_error);
}

}  // namespace
}  // namespace kairos
