// Order axes against dense covariances, and variances along a vector against dense matrices.
#include "kairos/law/order_axes.hpp"

#include <gtest/gtest.h>

#include "kairos/law/models.hpp"
#include "law/dense_law.hpp"
#include "support/dense.hpp"

namespace kairos {
namespace {

law::Law clusters() {
    law::Law law;
    law.mixture.means = test::random_matrix(4, 6, 3);
    law.mixture.weights = Vector::Constant(6, 1.0 / 6.0);
    law.mixture.covariances = {test::isotropic(0.0)};
    law.mixture.labels.levels = {law::level_from_labels({5, 5, -2, 7, 7, 7})};
    return law;
}

TEST(OrderAxes, OfTwoClustersIsTheirAxis) {
    const law::Law law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 9}, law::Representation::full);
    const auto axes = law::order_axes(law);
    ASSERT_EQ(axes.size(), 1U);
    EXPECT_EQ(axes[0].name, "m");
    EXPECT_EQ(axes[0].v, law.axis);
}

TEST(OrderAxes, OfClassesPointFromTheMeanOfAllToTheirs) {
    const law::Law law = clusters();
    const auto axes = law::order_axes(law);
    ASSERT_EQ(axes.size(), 6U);
    const Matrix& y = law.mixture.means;
    const Vector all = y.rowwise().mean();
    EXPECT_EQ(axes[0].name, "class_-2");
    EXPECT_LT((axes[0].v - (y.col(2) - all)).norm(), 1e-14);
    EXPECT_EQ(axes[1].name, "class_5");
    EXPECT_LT((axes[1].v - (0.5 * (y.col(0) + y.col(1)) - all)).norm(), 1e-14);
}

// More components than coordinates, and fewer.
TEST(OrderAxes, PrincipalAxesAreThoseOfTheCovarianceOfTheMeans) {
    for (const Index components : {Index{3}, Index{50}}) {
        law::Mixture mixture;
        mixture.means = test::random_matrix(4, components, 8);
        mixture.weights = Vector::LinSpaced(components, 1.0, 2.0);
        mixture.weights /= mixture.weights.sum();
        const Matrix centred = mixture.means.colwise() - law::total_mean(mixture);
        const Matrix covariance = centred * mixture.weights.asDiagonal() * centred.transpose();
        const law::PrincipalAxes axes = law::principal_axes(mixture);
        ASSERT_EQ(axes.directions.cols(), std::min<Index>(4, components));
        EXPECT_NEAR(axes.variances.sum(), covariance.trace(), 1e-13);
        for (Index i = 0; i < axes.variances.size(); ++i) {
            const Vector v = axes.directions.col(i);
            EXPECT_NEAR(v.norm(), 1.0, 1e-13);
            EXPECT_LT((covariance * v - axes.variances[i] * v).norm(), 1e-13);
            if (i > 0) {
                EXPECT_LE(axes.variances[i], axes.variances[i - 1]);
            }
        }
    }
}

// Three classes in four coordinates: a plane. The projection onto it is that of two differences of their means.
TEST(OrderAxes, TheSpanBetweenClassesIsThatOfTheirMeans) {
    const law::Law law = clusters();
    const Matrix& y = law.mixture.means;
    const Vector a = y.col(2), b = 0.5 * (y.col(0) + y.col(1)), c = (y.col(3) + y.col(4) + y.col(5)) / 3.0;
    Matrix apart(4, 2);
    apart << b - a, c - a;
    const Matrix expected = test::orthonormal(apart), between = law::between_classes(law.mixture);
    ASSERT_EQ(between.cols(), 2);
    EXPECT_LT((between * between.transpose() - expected * expected.transpose()).norm(), 1e-13);
    EXPECT_LT((law::class_differences(law.mixture).col(0) - (a - y.rowwise().mean())).norm(), 1e-14);

    law::Law line = law;  // on one line, and all in one place
    Matrix means = Matrix::Zero(4, 6);
    for (Index k = 0; k < 6; ++k) means.col(k) = 0.1 * static_cast<double>(k) * y.col(0);
    line.mixture.means = means;
    EXPECT_EQ(law::between_classes(line.mixture).cols(), 1);
    line.mixture.means = Matrix(y.col(0).replicate(1, 6));
    EXPECT_EQ(law::between_classes(line.mixture).cols(), 0);
}

// Few data drawn from many classes: some have none.
TEST(OrderAxes, ClassesWithoutWeightSpanNothing) {
    law::Law with = clusters();
    with.mixture.labels.levels = {
        law::Level{.class_of = {2, 2, 0, 3, 3, 3}, .values = {-2, 3, 5, 7}}};  // nothing of class 3
    const Matrix between = law::between_classes(with.mixture),
                 expected = law::between_classes(clusters().mixture);
    EXPECT_EQ(law::class_differences(with.mixture).col(1), Vector::Zero(4));
    ASSERT_EQ(between.cols(), 2);
    EXPECT_LT((between * between.transpose() - expected * expected.transpose()).norm(), 1e-13);
    for (const law::OrderAxis& axis : law::order_axes(with)) EXPECT_NE(axis.name, "class_3");
}

// Zero means in reduced representation: no coordinate at all.
TEST(OrderAxes, ClassesWithoutMeansHaveNoSpanBetweenThem) {
    const law::Law law = law::build_law({.kind = law::ModelKind::unequal_variances,
                                         .dimension = 30,
                                         .components = 3,
                                         .separation = 0.0,
                                         .sigma = {0.5, 0.7, 1.0}},
                                        law::Representation::reduced);
    ASSERT_EQ(law.mixture.coordinates(), 0);
    const Matrix between = law::between_classes(law.mixture);
    EXPECT_EQ(between.rows(), 0);
    EXPECT_EQ(between.cols(), 0);
}

TEST(OrderAxes, OfLeadingVariancesAreEigenvectorsOfTheirSize) {
    for (const bool few : {false, true}) {
        law::Law law = clusters();
        if (few) law.mixture.means = test::random_matrix(9, 6, 4);
        law.mixture.labels.levels.clear();
        const Matrix covariance = test::dense_covariance(law.mixture);
        const Vector values = test::sorted_eigenvalues(covariance);
        const auto axes = law::order_axes(law);
        ASSERT_EQ(axes.size(), 3U);
        for (Index i = 0; i < 3; ++i) {
            const Vector& v = axes[static_cast<std::size_t>(i)].v;
            const double value = values[values.size() - 1 - i];
            EXPECT_NEAR(v.squaredNorm(), value, 1e-12 * value);
            EXPECT_LT((covariance * v - value * v).norm(), 1e-11 * value);
        }
    }
}

TEST(OrderAxes, OfOneMeanAreNone) {
    law::Law law = clusters();
    for (Index k = 1; k < 6; ++k) {
        Matrix means = law.mixture.means;
        means.col(k) = means.col(0);
        law.mixture.means = means;
    }
    EXPECT_TRUE(law::order_axes(law).empty());
}

TEST(OrderAxes, VarianceAlongAVectorIsItsQuadraticForm) {
    const Vector v = test::random_matrix(5, 1, 9).col(0);
    law::Covariance diagonal = test::isotropic(0.3);
    diagonal.diagonal = Vector::LinSpaced(5, 0.1, 0.9);
    const law::Covariance factors = law::factored(0.2, test::random_matrix(5, 2, 10));
    for (const law::Covariance& covariance : {test::isotropic(0.7), diagonal, factors})
        EXPECT_NEAR(law::variance_along(covariance, v), v.dot(covariance.dense(5) * v), 1e-13);
}

}  // namespace
}  // namespace kairos
