#include "kairos/law/reduction.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "kairos/law/assemble.hpp"
#include "kairos/law/empirical.hpp"
#include "kairos/law/models.hpp"
#include "law/dense_law.hpp"

namespace kairos {
namespace {

using test::gram;
using test::isotropic;
using test::largest_difference;
using test::random_matrix;

law::Law law_of(Matrix means, std::vector<law::Covariance> covariances, double complement = 0.0) {
    law::Mixture mixture;
    mixture.means = std::move(means);
    mixture.covariances = std::move(covariances);
    mixture.complement = complement;
    return law::mixture_law(mixture);
}

// The reduced law put back: basis (mean, S) basis^T plus isotropic variance on the complement must be the law
// it came from.
void expect_the_same_law(const law::Law& law, const law::Reduction& reduction) {
    const Matrix& v = reduction.basis;
    const law::Mixture &from = law.mixture, &to = reduction.law.mixture;
    const Index d = from.coordinates(), r = to.coordinates();
    ASSERT_EQ(v.rows(), d);
    ASSERT_EQ(v.cols(), r);
    EXPECT_TRUE(reduction.law.reduced);
    EXPECT_EQ(to.dimension(), from.dimension());
    EXPECT_LT(largest_difference(gram(v), Matrix::Identity(r, r)), 1e-13);
    EXPECT_LT(largest_difference(v * to.means, from.means), 1e-12);
    for (Index k = 0; k < from.components(); ++k) {
        const Matrix outside = to.covariance(k).isotropic * (Matrix::Identity(d, d) - v * v.transpose());
        EXPECT_LT(largest_difference(v * to.covariance(k).dense(r) * v.transpose() + outside,
                                     from.covariance(k).dense(d)),
                  1e-12);
    }
}

TEST(Reduction, KeepsTheSpanOfTheMeansOfIsotropicComponents) {
    const law::Law law = law_of(random_matrix(9, 3, 1), {isotropic(1.0), isotropic(2.0), isotropic(0.0)});
    const law::Reduction reduction = law::reduce(law);

    EXPECT_EQ(reduction.law.mixture.coordinates(), 3);
    EXPECT_EQ(reduction.law.mixture.complement, 6.0);
    expect_the_same_law(law, reduction);
}

TEST(Reduction, FindsDependentMeans) {
    Matrix means = random_matrix(9, 2, 2) * random_matrix(2, 5, 3);
    law::Reduction reduction = law::reduce(law_of(means, {isotropic(1.0)}));
    EXPECT_EQ(reduction.law.mixture.coordinates(), 2);
    expect_the_same_law(law_of(means, {isotropic(1.0)}), reduction);

    means = random_matrix(9, 2, 2) * random_matrix(2, 30, 3);  // more components than coordinates
    reduction = law::reduce(law_of(means, {isotropic(1.0)}));
    EXPECT_EQ(reduction.law.mixture.coordinates(), 2);
    expect_the_same_law(law_of(means, {isotropic(1.0)}), reduction);
}

TEST(Reduction, KeepsADirectionThatIsSmallBesideTheOthers) {
    Matrix means = random_matrix(6, 2, 4) * random_matrix(2, 20, 5);
    means.row(4).setZero();
    means(4, 7) = 1e-10;
    EXPECT_EQ(law::reduce(law_of(means, {isotropic(1.0)})).law.mixture.coordinates(), 3);
}

TEST(Reduction, OfMeansZeroLeavesNoCoordinate) {
    const law::Law law = law_of(Matrix::Zero(6, 2), {isotropic(1.0), isotropic(2.0)});
    const law::Reduction reduction = law::reduce(law);
    EXPECT_EQ(reduction.law.mixture.coordinates(), 0);
    EXPECT_EQ(reduction.law.mixture.complement, 6.0);
    expect_the_same_law(law, reduction);
    EXPECT_EQ(law::reduce(reduction.law).law.mixture.complement, 6.0);  // again, without any coordinate
}

TEST(Reduction, OfSpanningMeansChangesNothing) {
    const law::Law law = law_of(random_matrix(4, 7, 6), {isotropic(1.0)});
    const law::Reduction reduction = law::reduce(law);
    EXPECT_EQ(reduction.basis, Matrix::Identity(4, 4));
    EXPECT_EQ(reduction.law.mixture.means, law.mixture.means);
}

TEST(Reduction, OfOneGaussianKeepsTheEigenvaluesThatDiffer) {
    Matrix frame = test::random_eigenvectors(7, 7, 7);
    const Vector values = (Vector(7) << 2.0, 2.0, 5.0, 2.0, 1.0, 2.0, 1.0).finished();  // most frequent: 2
    const Matrix s = frame * values.asDiagonal() * frame.transpose();

    const law::Law centred = law_of(Matrix::Zero(7, 1), {law::full(s)});
    EXPECT_EQ(law::reduce(centred).law.mixture.coordinates(), 3);
    EXPECT_NEAR(law::reduce(centred).law.mixture.covariance(0).isotropic, 2.0, 1e-12);
    expect_the_same_law(centred, law::reduce(centred));

    const law::Law shifted = law_of(random_matrix(7, 1, 8), {law::full(s)});  // and the mean across the rest
    EXPECT_EQ(law::reduce(shifted).law.mixture.coordinates(), 4);
    expect_the_same_law(shifted, law::reduce(shifted));

    const law::Law inside =
        law_of(frame.col(2), {law::full(s)});  // a mean along an eigenvector that is kept anyway
    EXPECT_EQ(law::reduce(inside).law.mixture.coordinates(), 3);
    expect_the_same_law(inside, law::reduce(inside));
}

TEST(Reduction, OfADiagonalGaussianPicksAxes) {
    law::Covariance c = isotropic(0.5);
    c.diagonal = (Vector(5) << 0.0, 1.0, 1.0, 1.0, 3.0).finished();
    const law::Law law = law_of(random_matrix(5, 1, 9), {c});
    EXPECT_EQ(law::reduce(law).law.mixture.coordinates(), 3);  // values 0.5 and 3.5, the mean across 1.5
    expect_the_same_law(law, law::reduce(law));
}

TEST(Reduction, WithAComplementKeepsItsVariance) {
    law::Covariance c = isotropic(0.5);
    c.diagonal = (Vector(5) << 0.0, 1.0, 1.0, 1.0, 0.0).finished();
    const law::Law law = law_of(Matrix::Zero(5, 1), {c}, 4.0);
    const law::Reduction reduction = law::reduce(law);
    EXPECT_EQ(reduction.law.mixture.coordinates(), 3);
    EXPECT_EQ(reduction.law.mixture.complement, 6.0);
    EXPECT_EQ(reduction.law.mixture.covariance(0).isotropic, 0.5);
    expect_the_same_law(law, reduction);
}

TEST(Reduction, IsRefusedForSeveralAnisotropicComponents) {
    law::Covariance c = isotropic(0.5);
    c.diagonal = Vector::Ones(3);
    const law::Law law = law_of(random_matrix(3, 2, 10), {c});
    EXPECT_FALSE(law::can_reduce(law.mixture));
    EXPECT_THROW(std::ignore = law::reduce(law), std::domain_error);
    EXPECT_TRUE(law::can_reduce(law_of(random_matrix(3, 1, 10), {c}).mixture));
}

law::Law few_data() {
    law::ModelSpec spec;
    spec.dimension = 40;
    return law::draw_empirical(law::build_law(spec, law::Representation::full), 5, 3);
}

TEST(Reduction, OfFewDataKeepsTheAxisAndThePopulation) {
    const law::Law law = few_data();
    const law::Reduction reduction = law::reduce(law);

    EXPECT_EQ(reduction.law.mixture.coordinates(), 6);  // 5 data and m
    expect_the_same_law(law, reduction);
    EXPECT_LT((reduction.basis * reduction.law.axis - law.axis).norm(), 1e-12);
    EXPECT_LT(largest_difference(reduction.basis * reduction.law.population.means, law.population.means),
              1e-12);
    EXPECT_EQ(reduction.law.population.dimension(), 40.0);
    EXPECT_TRUE(reduction.law.empirical);
    EXPECT_EQ(reduction.law.two_clusters->mean_norm2, law.two_clusters->mean_norm2);
}

TEST(Reduction, LeavesOutAPopulationItCannotExpress) {
    law::ModelSpec spec;
    spec.kind = law::ModelKind::low_rank;
    spec.dimension = 40;
    const law::Law law = law::draw_empirical(law::build_law(spec, law::Representation::full), 5, 3);
    EXPECT_EQ(law::reduce(law).law.population.components(), 0);
    expect_the_same_law(law, law::reduce(law));
}

TEST(Embed, IsTheInverseOfReduceUpToARotation) {
    const law::Law law = few_data();
    const law::Law back = law::embed(law::reduce(law).law);

    EXPECT_FALSE(back.reduced);
    EXPECT_EQ(back.mixture.coordinates(), 40);
    EXPECT_EQ(back.mixture.complement, 0.0);
    EXPECT_LT(largest_difference(gram(back.mixture.means), gram(law.mixture.means)), 1e-11);
    EXPECT_LT(largest_difference(back.mixture.means.transpose() * back.axis,
                                 law.mixture.means.transpose() * law.axis),
              1e-11);
    EXPECT_LT(largest_difference(gram(back.population.means), gram(law.population.means)), 1e-11);
}

TEST(Embed, FillsTheComplementWithTheIsotropicPart) {
    law::ModelSpec spec;
    spec.kind = law::ModelKind::low_rank;
    spec.dimension = 6;
    spec.rank = 2;
    spec.sigma = {2.0};
    spec.residual_sigma = 0.5;
    const law::Mixture mixture = law::embed(law::build_law(spec, law::Representation::reduced)).mixture;
    const Vector expected = (Vector(6) << 4.0, 4.0, 0.25, 0.25, 0.25, 0.25).finished();
    EXPECT_EQ(mixture.covariance(0).dense(6), Matrix(expected.asDiagonal()));
}

TEST(ExposeOne, MovesOneCoordinateOutOfTheComplement) {
    law::Covariance directed = isotropic(0.5);
    directed.directions = test::random_eigenvectors(3, 2, 11);
    directed.excess = Eigen::Vector2d(1.0, 2.0);
    law::Law law = law_of(random_matrix(3, 2, 12), {directed}, 2.0);
    law.axis = law.mixture.means.col(0);
    const law::Law one = law::expose_one(law);

    EXPECT_EQ(one.mixture.coordinates(), 4);
    EXPECT_EQ(one.mixture.complement, 1.0);
    EXPECT_EQ(one.mixture.means.topRows(3), law.mixture.means);
    EXPECT_EQ(one.mixture.means.row(3), Eigen::RowVector2d::Zero());
    EXPECT_EQ(one.axis, (Vector(4) << law.axis, 0.0).finished());
    Matrix expected = Matrix::Identity(4, 4) * 0.5;
    expected.topLeftCorner(3, 3) = directed.dense(3);
    EXPECT_LT(largest_difference(one.mixture.covariance(0).dense(4), expected), 1e-15);
    EXPECT_THROW(std::ignore = law::expose_one(law::expose_one(one)), std::domain_error);
}

TEST(ExposeOne, WorksWithoutAnyExplicitCoordinate) {
    const law::Law law = law_of(Matrix(0, 2), {isotropic(1.0), isotropic(2.0)}, 1e9);
    const law::Law one = law::expose_one(law);
    EXPECT_EQ(one.mixture.means, Matrix::Zero(1, 2));
    EXPECT_EQ(one.mixture.dimension(), 1e9);
}

}  // namespace
}  // namespace kairos
