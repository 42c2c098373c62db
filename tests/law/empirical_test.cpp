#include "kairos/law/empirical.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "kairos/law/assemble.hpp"
#include "kairos/law/models.hpp"
#include "kairos/law/reduction.hpp"
#include "law/dense_law.hpp"
#include "support/consistent.hpp"

namespace kairos {
namespace {

using test::isotropic;
using test::random_matrix;

law::Covariance directed(Index d, std::uint32_t seed) {
    law::Covariance c = isotropic(0.5);
    c.directions = test::random_eigenvectors(d, 2, seed);
    c.excess = Eigen::Vector2d(1.5, -0.5);
    return c;
}

law::Covariance diagonal(Index d) {
    law::Covariance c = isotropic(0.5);
    c.diagonal = Vector::LinSpaced(d, -0.5, 2.0);
    return c;
}

law::Law population(std::vector<law::Covariance> covariances, Index d = 3) {
    law::Mixture mixture;
    mixture.means = random_matrix(d, 3, 1);
    mixture.weights = Eigen::Vector3d(0.2, 0.3, 0.5);
    mixture.covariances = std::move(covariances);
    return law::mixture_law(mixture);
}

struct DrawnData {
    Matrix points;
    std::vector<Index> component;
};

DrawnData draw_data(const law::Mixture& population, Index first, Index count, std::uint64_t seed) {
    const auto datum = static_cast<std::uint64_t>(first);
    DrawnData data{Matrix(population.coordinates(), count),
                   law::draw_components(population, datum, count, seed)};
    law::draw_points(population, datum, seed, data.points);
    return data;
}

class EveryPopulation : public ::testing::TestWithParam<std::vector<law::Covariance>> {};

TEST_P(EveryPopulation, GivesDataWithItsMeanAndCovariance) {
    const law::Law law = population(GetParam());
    const Index n = 1000000;  // the error of a variance is below 0.2 %
    const Matrix points = draw_data(law.mixture, 0, n, 11).points;
    const Vector mean = law.mixture.means * law.mixture.weights;
    const Matrix covariance = test::dense_covariance(law.mixture);
    for (Index i = 0; i < 3; ++i) {
        const Vector a = points.row(i).array() - mean[i];
        test::expect_mean_consistent(a, 0.0, "mean");
        for (Index j = 0; j <= i; ++j) {
            const Vector b = points.row(j).array() - mean[j];
            test::expect_mean_consistent(Vector(a.cwiseProduct(b)), covariance(i, j), "covariance");
        }
    }
}

TEST_P(EveryPopulation, GivesEveryComponentItsOwnCovariance) {
    const law::Law law = population(GetParam());
    const DrawnData data = draw_data(law.mixture, 0, 200000, 12);
    for (Index k = 0; k < 3; ++k) {
        const Matrix expected = law.mixture.covariance(k).dense(3);
        std::vector<double> member, product, square;
        for (Index j = 0; j < data.points.cols(); ++j) {
            const bool inside = data.component[static_cast<std::size_t>(j)] == k;
            member.push_back(inside ? 1.0 : 0.0);
            if (!inside) continue;
            const Vector y = data.points.col(j) - law.mixture.means.col(k);
            product.push_back(y[0] * y[1]);
            square.push_back(y[2] * y[2]);
        }
        test::expect_mean_consistent(member, law.mixture.weights[k], "weight");
        test::expect_mean_consistent(product, expected(0, 1), "covariance of two coordinates");
        test::expect_mean_consistent(square, expected(2, 2), "variance");
    }
}
INSTANTIATE_TEST_SUITE_P(Covariances, EveryPopulation,
                         ::testing::Values(std::vector{isotropic(0.7)}, std::vector{diagonal(3)},
                                           std::vector{directed(3, 4)},
                                           std::vector{isotropic(0.1), diagonal(3), directed(3, 5)}));

TEST_P(EveryPopulation, DatumJIsTheSameWhateverIsDrawnBesideIt) {
    const law::Mixture& mixture = population(GetParam()).mixture;
    const DrawnData all = draw_data(mixture, 0, 1000, 13);
    for (const auto& [first, count] :
         std::vector<std::pair<Index, Index>>{{0, 1}, {0, 777}, {255, 2}, {300, 700}, {999, 1}}) {
        const DrawnData some = draw_data(mixture, first, count, 13);
        ASSERT_EQ(some.points.cols(), count);
        EXPECT_EQ(some.points, all.points.middleCols(first, count)) << first;
        for (Index j = 0; j < count; ++j) {
            EXPECT_EQ(some.component[static_cast<std::size_t>(j)],
                      all.component[static_cast<std::size_t>(first + j)]);
        }
    }
}

TEST(DrawnData, DependOnTheSeed) {
    const law::Mixture& mixture = population({isotropic(0.7)}).mixture;
    EXPECT_NE(draw_data(mixture, 0, 5, 1).points, draw_data(mixture, 0, 5, 2).points);
}

TEST(DrawnData, OfAPointLawAreItsPoints) {
    const law::Mixture& mixture = population({isotropic(0.0)}).mixture;
    const DrawnData data = draw_data(mixture, 0, 50, 1);
    for (Index j = 0; j < 50; ++j) {
        EXPECT_EQ(data.points.col(j), mixture.means.col(data.component[static_cast<std::size_t>(j)]));
    }
}

TEST(DrawnData, NeedAllCoordinates) {
    law::Law law = population({isotropic(1.0)});
    law.mixture.complement = 1.0;
    Matrix points(law.mixture.coordinates(), 5);
    EXPECT_THROW(law::draw_points(law.mixture, 0, 1, points), std::invalid_argument);
}

TEST(EmpiricalLaw, RemembersWhatItWasDrawnFrom) {
    law::ModelSpec spec;
    spec.dimension = 6;
    const law::Law origin = law::build_law(spec, law::Representation::full);
    const law::Law law = law::draw_empirical(origin, 40, 21);
    const DrawnData data = draw_data(origin.mixture, 0, 40, 21);

    EXPECT_TRUE(law.empirical);
    EXPECT_EQ(law.model, "two-clusters");
    EXPECT_EQ(law.axis, origin.axis);
    EXPECT_TRUE(law.two_clusters);
    EXPECT_EQ(law.population.means, origin.mixture.means);
    EXPECT_TRUE(law.mixture.shared_isotropic());
    EXPECT_EQ(law.mixture.covariance(0).isotropic, 0.0);
    EXPECT_EQ(law.mixture.weights, Vector::Constant(40, 1.0 / 40.0));
    EXPECT_EQ(law.mixture.means, data.points);  // in the order of drawing
    for (std::size_t j = 0; j < 40; ++j) {
        EXPECT_EQ(law.mixture.origin[j], static_cast<std::int64_t>(j));
        EXPECT_EQ(law.mixture.labels.classes().class_of[j], data.component[j]);
    }
}

TEST(EmpiricalLaw, InheritsEveryLevelAndKeepsClassesWithoutData) {
    law::ModelSpec spec;
    spec.kind = law::ModelKind::hierarchical;
    spec.dimension = 20;
    spec.separations = {2.0, 1.0};
    spec.class_level = 1;
    const law::Law law = law::draw_empirical(law::build_law(spec, law::Representation::full), 2, 5);

    ASSERT_EQ(law.mixture.labels.levels.size(), 2U);
    EXPECT_EQ(law.mixture.labels.class_level, 1U);
    EXPECT_EQ(law.mixture.labels.classes().classes(), 4);
    for (std::size_t j = 0; j < 2; ++j) {
        EXPECT_EQ(law.mixture.labels.levels[0].class_of[j], law.mixture.labels.levels[1].class_of[j] / 2);
    }
}

TEST(EmpiricalLaw, OfGivenPointsKeepsThemWhereTheyAre) {
    const law::Points points = random_matrix(2, 4, 3);
    law::Labels labels;
    labels.levels = {law::level_from_labels({8, 3, 8, 3})};
    const law::Law law = law::empirical_law(points, labels);

    EXPECT_TRUE(law.empirical);
    EXPECT_EQ(law.mixture.origin, (std::vector<std::int64_t>{0, 1, 2, 3}));
    EXPECT_EQ(law.mixture.labels.classes().class_of, (std::vector<int>{1, 0, 1, 0}));
    EXPECT_EQ(law.mixture.means.data(), points.data());
    EXPECT_EQ(law.population.components(), 0);
    EXPECT_FALSE(law::empirical_law(points, {}).mixture.labels.any());
    EXPECT_THROW(std::ignore = law::empirical_law(Matrix(2, 0), {}), std::invalid_argument);
}

TEST(EmpiricalLaw, OfManyDataHasTheTopVarianceOfItsPopulation) {
    law::ModelSpec spec;
    spec.dimension = 30;
    const law::Law law = law::draw_empirical(law::build_law(spec, law::Representation::full), 20000, 5);
    // q = m.x/|m| = +-sqrt(30) + xi: Var(q^2) = 4 * 30 + 2
    test::expect_consistent(law::top_data_variance(law.mixture), std::sqrt(122.0 / 20000.0), 31.0);
}

}  // namespace
}  // namespace kairos
