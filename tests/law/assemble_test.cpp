#include "kairos/law/assemble.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "law/dense_law.hpp"

namespace kairos {
namespace {

law::Mixture pieces() {
    law::Mixture mixture;
    mixture.means = test::random_matrix(3, 4, 1);
    mixture.weights = Eigen::Vector4d(1.0, 2.0, 3.0, 4.0);
    mixture.covariances = {test::isotropic(0.5)};
    return mixture;
}

TEST(MixtureLaw, NormalisesTheWeights) {
    const law::Law law = law::mixture_law(pieces());

    EXPECT_LT((law.mixture.weights - Eigen::Vector4d(0.1, 0.2, 0.3, 0.4)).norm(), 1e-15);
    EXPECT_FALSE(law.empirical);
    EXPECT_FALSE(law.reduced);
    EXPECT_EQ(law.axis.size(), 0);
}

TEST(MixtureLaw, HasEqualWeightsAndOneClassPerComponentByDefault) {
    law::Mixture mixture = pieces();
    mixture.weights = {};
    const law::Law law = law::mixture_law(mixture);

    EXPECT_EQ(law.mixture.weights, Vector::Constant(4, 0.25));
    EXPECT_EQ(law.mixture.labels.classes().class_of, (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(law.mixture.origin, (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(MixtureLaw, SortsByTheLabelsItIsGiven) {
    law::Mixture mixture = pieces();
    mixture.labels.levels = {law::level_from_labels({3, 1, 3, 1})};
    const law::Law law = law::mixture_law(mixture);

    EXPECT_EQ(law.mixture.origin, (std::vector<std::int64_t>{1, 3, 0, 2}));
    EXPECT_EQ(law.mixture.means.col(0), mixture.means.col(1));
}

TEST(MixtureLaw, SurvivesWeightsWhoseSumOverflows) {
    law::Mixture mixture = pieces();
    mixture.weights = Vector::Constant(4, std::numeric_limits<double>::max());
    EXPECT_EQ(law::mixture_law(mixture).mixture.weights, Vector::Constant(4, 0.25));
}

TEST(MixtureLaw, RefusesPiecesThatMakeNoLaw) {
    const auto refused = [](auto spoil) {
        law::Mixture mixture = pieces();
        spoil(mixture);
        EXPECT_THROW(std::ignore = law::mixture_law(mixture), std::domain_error);
    };
    refused([](law::Mixture& m) { m.means = Matrix(3, 0); });
    refused([](law::Mixture& m) { m.means = Matrix(0, 4); });
    refused([](law::Mixture& m) { m.means = m.means * std::nan(""); });
    refused([](law::Mixture& m) { m.weights[1] = 0.0; });
    refused([](law::Mixture& m) { m.weights[1] = std::nan(""); });
    refused([](law::Mixture& m) { m.weights = Vector::Ones(3); });
    refused([](law::Mixture& m) { m.covariances = {}; });
    refused([](law::Mixture& m) { m.covariances.resize(3); });
    refused([](law::Mixture& m) { m.covariances[0].isotropic = -1.0; });
    refused([](law::Mixture& m) { m.covariances[0].diagonal = Vector::Ones(2); });
    refused([](law::Mixture& m) { m.covariances[0].diagonal = Eigen::Vector3d(1.0, 1.0, -0.6); });
    refused([](law::Mixture& m) { m.covariances[0].excess = Vector::Ones(1); });
    refused([](law::Mixture& m) { m.labels.levels = {law::level_from_labels({1, 2})}; });
    refused([](law::Mixture& m) {
        m.labels = law::each_its_own_class(4);
        m.labels.class_level = 1;
    });
}

}  // namespace
}  // namespace kairos
