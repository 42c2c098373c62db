// Geometry of the named models whose components are clusters: Gram matrices from the definitions, not from
// the construction.
#include "kairos/law/models.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kairos/law/reduction.hpp"
#include "kairos/random/noise.hpp"
#include "law/dense_law.hpp"

namespace kairos {
namespace {

using law::ModelKind;
using law::Representation;
using test::gram;
using test::largest_difference;

law::ModelSpec spec_of(ModelKind kind, double d, Index components) {
    law::ModelSpec spec;
    spec.kind = kind;
    spec.dimension = d;
    spec.components = components;
    spec.separation = 1.3;
    spec.sigma = {0.8};
    spec.seed = 77;
    return spec;
}

law::ModelSpec tree(double d, int levels, int branching) {
    law::ModelSpec spec = spec_of(ModelKind::hierarchical, d, 2);
    spec.levels = levels;
    spec.branching = branching;
    for (int l = 0; l < levels; ++l) spec.separations.push_back(2.0 / (1.0 + l));
    return spec;
}

law::Mixture reduced(const law::ModelSpec& spec) {
    return law::build_law(spec, Representation::reduced).mixture;
}
law::Mixture full(const law::ModelSpec& spec) { return law::build_law(spec, Representation::full).mixture; }

TEST(TwoClusters, ArePlusAndMinusM) {
    law::ModelSpec spec = spec_of(ModelKind::two_clusters, 10, 2);
    spec.sigma = {0.5, 2.0};
    spec.weights = {1.0, 3.0};
    const law::Law law = law::build_law(spec, Representation::reduced);

    ASSERT_EQ(law.mixture.coordinates(), 1);
    EXPECT_DOUBLE_EQ(law.mixture.complement, 9.0);
    EXPECT_DOUBLE_EQ(law.mixture.means(0, 0), std::sqrt(10.0) * 1.3);
    EXPECT_EQ(law.mixture.means(0, 1), -law.mixture.means(0, 0));
    EXPECT_EQ(law.axis, law.mixture.means.col(0));
    EXPECT_EQ(law.model, "two-clusters");
    EXPECT_TRUE(law.reduced);
    EXPECT_EQ(law.mixture.labels.classes().values, (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(law.mixture.labels.classes().class_of, (std::vector<int>{0, 1}));
    ASSERT_TRUE(law.two_clusters);
    EXPECT_NEAR(law.two_clusters->mean_norm2, 10.0 * 1.69, 1e-13);
    EXPECT_EQ(law.two_clusters->weight_plus, 0.25);
    EXPECT_EQ(law.two_clusters->variance_plus, 0.25);
    EXPECT_EQ(law.two_clusters->variance_minus, 4.0);
}

TEST(TwoClusters, InAllCoordinatesHaveTheSameAxis) {
    const law::Law law = law::build_law(spec_of(ModelKind::two_clusters, 10, 2), Representation::full);

    EXPECT_FALSE(law.reduced);
    EXPECT_EQ(law.mixture.coordinates(), 10);
    EXPECT_EQ(law.mixture.complement, 0.0);
    EXPECT_EQ(law.axis, law.mixture.means.col(0));
    EXPECT_NEAR(law.axis.squaredNorm(), 16.9, 1e-13);
    EXPECT_EQ(law.mixture.means.col(1), -law.axis);
}

TEST(TwoClusters, OfABillionDimensionsFitInOneCoordinate) {
    const law::ModelSpec spec = spec_of(ModelKind::two_clusters, 1e9, 2);
    const law::Mixture mixture = reduced(spec);

    EXPECT_EQ(mixture.coordinates(), 1);
    EXPECT_EQ(mixture.dimension(), 1e9);
    EXPECT_NEAR(law::top_data_variance(mixture) / (1e9 * 1.69 + 0.64), 1.0, 1e-14);
}

TEST(TwoClusters, ExistInOneDimension) {
    const law::Mixture mixture = full(spec_of(ModelKind::two_clusters, 1, 2));
    EXPECT_EQ(mixture.coordinates(), 1);
    EXPECT_DOUBLE_EQ(mixture.means(0, 0), 1.3);
}

TEST(Simplex, HasEqualNormsAndMutualCosineMinusOneOverKMinusOne) {
    for (const Index k : {2, 3, 4, 11}) {
        const law::Mixture mixture = reduced(spec_of(ModelKind::simplex, 10, k));
        Matrix expected = Matrix::Constant(k, k, -16.9 / static_cast<double>(k - 1));
        expected.diagonal().setConstant(16.9);

        EXPECT_EQ(mixture.coordinates(), k - 1);
        EXPECT_EQ(mixture.dimension(), 10.0);
        EXPECT_LT(largest_difference(gram(mixture.means), expected), 1e-12) << "K = " << k;
        EXPECT_LT(mixture.means.rowwise().sum().norm(), 1e-12) << "K = " << k;
    }
}

TEST(Simplex, OfTwoIsTheTwoClusterPopulation) {
    EXPECT_TRUE(law::build_law(spec_of(ModelKind::simplex, 10, 2), Representation::reduced).two_clusters);
    const law::Law three = law::build_law(spec_of(ModelKind::simplex, 10, 3), Representation::reduced);
    EXPECT_FALSE(three.two_clusters);
    EXPECT_EQ(three.axis.size(), 0);
}

TEST(UnequalVariances, WithoutSeparationNeedNoCoordinate) {
    law::ModelSpec spec = spec_of(ModelKind::unequal_variances, 5, 3);
    spec.separation = 0.0;
    spec.sigma = {1.0, 2.0, 3.0};
    const law::Law law = law::build_law(spec, Representation::reduced);

    EXPECT_EQ(law.mixture.coordinates(), 0);
    EXPECT_EQ(law.mixture.components(), 3);
    EXPECT_EQ(law.mixture.complement, 5.0);
    EXPECT_EQ(law.mixture.covariance(2).isotropic, 9.0);
    EXPECT_FALSE(law.two_clusters);
    EXPECT_EQ(full(spec).means, Matrix::Zero(5, 3));
    EXPECT_DOUBLE_EQ(law::top_data_variance(law.mixture), 14.0 / 3.0);
}

TEST(UnequalVariances, WithSeparationAreASimplex) {
    law::ModelSpec spec = spec_of(ModelKind::unequal_variances, 5, 3);
    spec.sigma = {1.0, 2.0, 3.0};
    EXPECT_EQ(reduced(spec).means, reduced(spec_of(ModelKind::simplex, 5, 3)).means);
    EXPECT_EQ(reduced(spec).covariances.size(), 3U);
}

TEST(Sigma, AListOfEqualNumbersIsOneSharedCovariance) {
    law::ModelSpec spec = spec_of(ModelKind::simplex, 5, 3);
    spec.sigma = {0.5, 0.5, 0.5};
    EXPECT_TRUE(reduced(spec).shared_isotropic());
}

// Number of levels that the ancestors of two leaves share, counted from the root.
int shared_levels(Index a, Index b, int levels, Index branching) {
    int shared = levels;
    for (; a != b; --shared, a /= branching, b /= branching) {
    }
    return shared;
}

TEST(Hierarchical, GramMatrixIsThatOfIndependentSimplicesAtEveryNode) {
    for (const auto& [levels, branching] :
         std::vector<std::pair<int, int>>{{1, 2}, {2, 2}, {3, 2}, {2, 3}, {3, 3}}) {
        const law::ModelSpec spec = tree(30, levels, branching);
        const law::Mixture mixture = reduced(spec);
        const Index leaves = mixture.components();
        ASSERT_EQ(leaves, std::lround(std::pow(branching, levels)));
        EXPECT_EQ(mixture.coordinates(), leaves - 1);

        Matrix expected = Matrix::Zero(leaves, leaves);
        for (Index a = 0; a < leaves; ++a) {
            for (Index b = 0; b < leaves; ++b) {
                const int shared = shared_levels(a, b, levels, branching);
                for (int l = 0; l < levels; ++l) {
                    const double norm2 = 30.0 * std::pow(spec.separations[static_cast<std::size_t>(l)], 2);
                    if (l < shared) expected(a, b) += norm2;                       // the same shift
                    if (l == shared) expected(a, b) -= norm2 / (branching - 1.0);  // siblings
                }
            }
        }
        EXPECT_LT(largest_difference(gram(mixture.means), expected), 1e-11)
            << levels << " levels of " << branching;
    }
}

TEST(Hierarchical, ShiftsOfDifferentNodesAreOrthogonal) {
    const int levels = 3, branching = 3;
    const law::Mixture mixture = reduced(tree(30, levels, branching));
    // position of a node: the mean of the leaves below it; a shift is the difference to the position of its
    // parent
    std::vector<Matrix> nodes = {mixture.means};
    while (nodes.back().cols() > 1) {
        const Matrix& below = nodes.back();
        Matrix above(below.rows(), below.cols() / branching);
        for (Index p = 0; p < above.cols(); ++p)
            above.col(p) = below.middleCols(p * branching, branching).rowwise().mean();
        nodes.push_back(above);
    }
    std::vector<std::pair<Vector, Index>> shifts;  // with a number of the parent
    Index parent = 0;
    for (std::size_t l = 0; l + 1 < nodes.size(); ++l) {
        for (Index p = 0; p < nodes[l + 1].cols(); ++p, ++parent) {
            for (Index c = 0; c < branching; ++c) {
                shifts.emplace_back(nodes[l].col(p * branching + c) - nodes[l + 1].col(p), parent);
            }
        }
    }
    ASSERT_EQ(shifts.size(), 39U);
    for (const auto& [a, parent_a] : shifts) {
        EXPECT_GT(a.norm(), 1.0);
        for (const auto& [b, parent_b] : shifts) {
            if (parent_a == parent_b) continue;
            EXPECT_NEAR(a.dot(b), 0.0, 1e-11);
        }
    }
}

TEST(Hierarchical, LevelsGroupLeavesByTheirAncestors) {
    law::ModelSpec spec = tree(30, 3, 2);
    spec.class_level = 1;
    const law::Labels labels = reduced(spec).labels;

    ASSERT_EQ(labels.levels.size(), 3U);
    EXPECT_EQ(labels.levels[0].class_of, (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1}));
    EXPECT_EQ(labels.levels[1].class_of, (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3}));
    EXPECT_EQ(labels.levels[2].class_of, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(&labels.classes(), &labels.levels[1]);
}

TEST(RandomClusters, FullMeansAreTheNormalsOfTheirStream) {
    const law::ModelSpec spec = spec_of(ModelKind::random_clusters, 9, 4);
    Rows normals(9, 4);
    random::fill_normals({.seed = 77, .purpose = random::Purpose::data_means}, TrajectoryId{0}, StepId{0}, 0,
                         normals);

    EXPECT_LT(largest_difference(full(spec).means, 1.3 * Matrix(normals)), 1e-15);
    law::ModelSpec corners = spec;
    corners.kind = ModelKind::corners;
    EXPECT_LT(largest_difference(full(corners).means, 1.3 * Matrix(normals.array().sign().matrix())), 1e-15);
}

TEST(RandomClusters, EntriesHaveMeanZeroAndVarianceMuSquared) {
    const Matrix means = full(spec_of(ModelKind::random_clusters, 100000, 10)).means;
    const auto count = static_cast<double>(means.size());
    EXPECT_LT(std::abs(means.mean()) / (1.3 / std::sqrt(count)), 4.5);
    EXPECT_LT(std::abs(means.squaredNorm() / count / 1.69 - 1.0) / std::sqrt(2.0 / count), 4.5);
}

TEST(RandomClusters, MoreThanDimensionsKeepTheirMeans) {
    EXPECT_EQ(full(spec_of(ModelKind::random_clusters, 3, 8)).means.cols(), 8);
}

TEST(RandomClusters, ReducedMeansHaveTheGramMatrixOfTheFullOnes) {
    // 20,001 coordinates: several blocks, the last one odd
    for (const auto kind : {ModelKind::random_clusters, ModelKind::corners}) {
        const law::ModelSpec spec = spec_of(kind, 20001, 7);
        const Matrix expected = gram(full(spec).means);
        const law::Mixture mixture = reduced(spec);

        EXPECT_EQ(mixture.coordinates(), 7);
        EXPECT_EQ(mixture.dimension(), 20001.0);
        EXPECT_LT(largest_difference(gram(mixture.means), expected) / expected.maxCoeff(), 1e-13);
    }
}

TEST(Corners, ThatDependOnOneAnotherSpanFewerCoordinates) {
    int dependent = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        law::ModelSpec spec = spec_of(ModelKind::corners, 4, 4);
        spec.seed = seed;
        const Matrix means = full(spec).means;
        const law::Mixture mixture = reduced(spec);
        const Index rank = (test::sorted_eigenvalues(gram(means)).array() > 1e-9).count();

        EXPECT_EQ(mixture.coordinates(), rank) << "seed " << seed;
        EXPECT_EQ(mixture.dimension(), 4.0);
        EXPECT_LT(largest_difference(gram(mixture.means), gram(means)), 1e-12) << "seed " << seed;
        dependent += rank < 4 ? 1 : 0;
    }
    EXPECT_GT(dependent, 0);
}

class EveryClusterModel : public ::testing::TestWithParam<law::ModelSpec> {};

TEST_P(EveryClusterModel, IsTheSameLawReducedAndFull) {
    const law::Mixture a = reduced(GetParam()), b = full(GetParam());

    EXPECT_EQ(b.complement, 0.0);
    EXPECT_EQ(a.dimension(), b.dimension());
    EXPECT_EQ(a.weights, b.weights);
    EXPECT_NEAR(a.weights.sum(), 1.0, 1e-15);
    EXPECT_LT(largest_difference(gram(a.means), gram(b.means)), 1e-11);
    for (Index k = 0; k < a.components(); ++k) {
        EXPECT_DOUBLE_EQ(law::covariance_trace(a, k), law::covariance_trace(b, k));
    }
    EXPECT_NEAR(law::top_data_variance(a) / test::sorted_eigenvalues(test::dense_covariance(b)).maxCoeff(),
                1.0, 1e-12);
    EXPECT_EQ(a.labels.levels.size(), b.labels.levels.size());
    EXPECT_EQ(a.origin.size(), static_cast<std::size_t>(a.components()));
}

std::vector<law::ModelSpec> cluster_models() {
    std::vector<law::ModelSpec> specs = {
        spec_of(ModelKind::two_clusters, 12, 2),      spec_of(ModelKind::simplex, 12, 5),
        spec_of(ModelKind::random_clusters, 12, 5),   spec_of(ModelKind::corners, 12, 5),
        spec_of(ModelKind::unequal_variances, 12, 3), tree(12, 2, 3)};
    specs[1].weights = {1.0, 2.0, 3.0, 4.0, 5.0};
    specs[4].sigma = {1.0, 0.1, 3.0};
    specs[5].sigma = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0};
    return specs;
}
INSTANTIATE_TEST_SUITE_P(Models, EveryClusterModel, ::testing::ValuesIn(cluster_models()));

TEST(Representation, ReducedIsCheaperWhereFewerCoordinatesSuffice) {
    const auto cheaper = [](const law::ModelSpec& spec) { return law::cheaper_representation(spec); };
    EXPECT_EQ(cheaper(spec_of(ModelKind::two_clusters, 2, 2)), Representation::reduced);
    EXPECT_EQ(cheaper(spec_of(ModelKind::two_clusters, 1, 2)), Representation::full);
    EXPECT_EQ(cheaper(spec_of(ModelKind::simplex, 4, 5)), Representation::full);
    EXPECT_EQ(cheaper(spec_of(ModelKind::simplex, 5, 5)), Representation::reduced);
    EXPECT_EQ(cheaper(spec_of(ModelKind::random_clusters, 5, 5)), Representation::full);
    EXPECT_EQ(cheaper(spec_of(ModelKind::random_clusters, 6, 5)), Representation::reduced);
    EXPECT_EQ(cheaper(tree(8, 2, 3)), Representation::full);
    EXPECT_EQ(cheaper(tree(9, 2, 3)), Representation::reduced);
}

}  // namespace
}  // namespace kairos
