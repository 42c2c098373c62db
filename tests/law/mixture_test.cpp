#include "kairos/law/mixture.hpp"

#include <gtest/gtest.h>

#include "law/dense_law.hpp"

namespace kairos {
namespace {

using test::isotropic;
using test::random_matrix;

law::Mixture mixture_of(Matrix means, std::vector<law::Covariance> covariances, double complement = 0.0) {
    law::Mixture mixture;
    mixture.weights = Vector::LinSpaced(means.cols(), 1.0, 3.0);
    mixture.weights /= mixture.weights.sum();
    mixture.means = std::move(means);
    mixture.covariances = std::move(covariances);
    mixture.complement = complement;
    return mixture;
}

law::Covariance anisotropic(Index d, std::uint32_t seed) {
    law::Covariance covariance = isotropic(0.5);
    covariance.directions = test::random_eigenvectors(d, 2, seed);
    covariance.excess = Eigen::Vector2d(1.5, -0.3);
    return covariance;
}

// The top eigenvalue in all d coordinates, by a dense eigenvalue solver.
double dense_top(const law::Mixture& mixture) {
    return test::sorted_eigenvalues(test::dense_covariance(mixture)).maxCoeff();
}

TEST(Mixture, SortingMovesEverythingThatBelongsToAComponent) {
    const std::vector<std::int64_t> labels = {5, 2, 5, 2, 9, 2};
    law::Mixture mixture = mixture_of(random_matrix(2, 6, 1), {});
    for (int k = 0; k < 6; ++k) mixture.covariances.push_back(isotropic(k));
    mixture.labels.levels = {law::level_from_labels({0, 1, 2, 3, 4, 5}), law::level_from_labels(labels)};
    mixture.labels.class_level = 1;
    const law::Mixture before = mixture;
    law::sort_by_class(mixture);

    EXPECT_EQ(mixture.origin, (std::vector<std::int64_t>{1, 3, 5, 0, 2, 4}));  // stable
    EXPECT_EQ(mixture.labels.classes().class_of, (std::vector<int>{0, 0, 0, 1, 1, 2}));
    EXPECT_EQ(mixture.labels.levels[0].class_of, (std::vector<int>{1, 3, 5, 0, 2, 4}));
    for (Index k = 0; k < 6; ++k) {
        const auto from = mixture.origin[static_cast<std::size_t>(k)];
        EXPECT_EQ(mixture.means.col(k), before.means.col(from));
        EXPECT_EQ(mixture.weights[k], before.weights[from]);
        EXPECT_EQ(mixture.covariance(k).isotropic, before.covariance(from).isotropic);
    }
}

TEST(Mixture, SortingTwiceKeepsTheUsersNumbering) {
    law::Mixture mixture = mixture_of(random_matrix(2, 4, 2), {isotropic(1.0)});
    mixture.labels.levels = {law::level_from_labels({1, 0, 1, 0}), law::level_from_labels({0, 1, 1, 0})};
    const law::Mixture before = mixture;
    law::sort_by_class(mixture);
    mixture.labels.class_level = 1;
    law::sort_by_class(mixture);

    EXPECT_EQ(mixture.origin, (std::vector<std::int64_t>{3, 0, 1, 2}));
    for (Index k = 0; k < 4; ++k) {
        EXPECT_EQ(mixture.means.col(k), before.means.col(mixture.origin[static_cast<std::size_t>(k)]));
    }
}

TEST(Mixture, WithoutClassesTheOrderStays) {
    law::Mixture mixture = mixture_of(random_matrix(2, 3, 3), {isotropic(1.0)});
    law::sort_by_class(mixture);
    EXPECT_EQ(mixture.origin, (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(Mixture, TheTraceCountsTheComplement) {
    law::Covariance diagonal = isotropic(0.5);
    diagonal.diagonal = Eigen::Vector3d(1.0, 2.0, 3.0);
    const law::Mixture mixture =
        mixture_of(Matrix::Zero(3, 3), {isotropic(2.0), anisotropic(3, 4), diagonal}, 7.0);

    EXPECT_DOUBLE_EQ(law::covariance_trace(mixture, 0), 20.0);
    EXPECT_NEAR(law::covariance_trace(mixture, 1), mixture.covariance(1).dense(3).trace() + 3.5, 1e-13);
    EXPECT_DOUBLE_EQ(law::covariance_trace(mixture, 2), 0.5 * 10.0 + 6.0);
}

TEST(Mixture, TotalMeanIsTheWeightedMean) {
    const law::Mixture mixture =
        mixture_of((Matrix(2, 2) << 1.0, 5.0, -1.0, 3.0).finished(), {isotropic(1.0)});
    EXPECT_LT((law::total_mean(mixture) - Eigen::Vector2d(4.0, 2.0)).norm(), 1e-14);  // weights 1/4, 3/4
}

TEST(TopDataVariance, EqualsTheDenseEigenvalueForEveryKindOfCovariance) {
    law::Covariance diagonal = isotropic(0.5);
    diagonal.diagonal = Vector::LinSpaced(5, -0.4, 3.0);
    const Matrix means = random_matrix(5, 3, 6);
    const std::vector<std::vector<law::Covariance>> kinds = {{isotropic(0.8)},
                                                             {isotropic(0.1), isotropic(2.0), isotropic(0.7)},
                                                             {diagonal},
                                                             {anisotropic(5, 7)},
                                                             {diagonal, anisotropic(5, 8), isotropic(4.0)}};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const law::Mixture mixture = mixture_of(means, kinds[i]);
        EXPECT_NEAR(law::top_data_variance(mixture) / dense_top(mixture), 1.0, 1e-12) << "kind " << i;
    }
}

TEST(TopDataVariance, EqualsTheDenseEigenvalueInManyCoordinates) {
    const Index d = 560;
    law::Covariance diagonal = isotropic(0.5);
    diagonal.diagonal = Vector::LinSpaced(d, -0.4, 3.0);  // a spectrum without gaps
    const std::vector<law::Mixture> cases = {
        mixture_of(random_matrix(d, 5, 9), {isotropic(0.8)}),
        mixture_of(0.1 * random_matrix(d, 2, 10), {anisotropic(d, 11), diagonal}),
        mixture_of(random_matrix(d, 700, 12), {isotropic(0.0)}),
        mixture_of((random_matrix(d, 5, 9).array() + 3.0).matrix(),
                   {isotropic(0.8)}),  // about a distant mean
        mixture_of(Matrix::Zero(d, 2), {isotropic(0.3)})};
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EXPECT_NEAR(law::top_data_variance(cases[i]) / dense_top(cases[i]), 1.0, 1e-9) << "case " << i;
    }
}

TEST(TopDataVariance, MayBeThatOfTheComplement) {
    law::Covariance narrow = isotropic(2.0);
    narrow.diagonal = Vector::Constant(3, -1.5);

    EXPECT_DOUBLE_EQ(law::top_data_variance(mixture_of(Matrix::Zero(3, 1), {narrow}, 5.0)), 2.0);
    EXPECT_DOUBLE_EQ(law::top_data_variance(mixture_of(Matrix::Zero(3, 1), {narrow}, 0.0)), 0.5);
}

TEST(TopDataVariance, NeedsNoExplicitCoordinate) {
    const law::Mixture mixture = mixture_of(Matrix(0, 2), {isotropic(1.0), isotropic(4.0)}, 1e9);
    EXPECT_DOUBLE_EQ(law::top_data_variance(mixture), 0.25 * 1.0 + 0.75 * 4.0);
}

}  // namespace
}  // namespace kairos
