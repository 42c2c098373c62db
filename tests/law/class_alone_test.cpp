// The law of one class against the terms of the mixture that belong to it.
#include "kairos/law/class_alone.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "law/dense_law.hpp"

namespace kairos {
namespace {

law::Law five_components(bool shared) {
    law::Law law;
    law.mixture.means = test::random_matrix(3, 5, 7);
    law.mixture.weights.resize(5);
    law.mixture.weights << 0.1, 0.3, 0.2, 0.15, 0.25;
    law.mixture.complement = 6;
    if (shared) {
        law.mixture.covariances = {test::isotropic(0.4)};
    } else {
        for (const double variance : {0.1, 0.2, 0.3, 0.4, 0.5})
            law.mixture.covariances.push_back(test::isotropic(variance));
    }
    law.mixture.labels.levels = {law::level_from_labels({4, 9, 4, 9, 9})};
    law.mixture.origin = {0, 1, 2, 3, 4};
    law.reduced = true;
    return law;
}

TEST(ClassAlone, HoldsTheComponentsOfTheClass) {
    for (const bool shared : {true, false}) {
        const law::Law law = five_components(shared);
        const law::Law alone = law::class_alone(law, 1);
        const std::vector<Index> members = {1, 3, 4};
        ASSERT_EQ(alone.mixture.components(), 3);
        for (Index k = 0; k < 3; ++k) {
            const Index of = members[static_cast<std::size_t>(k)];
            EXPECT_EQ(alone.mixture.means.col(k), law.mixture.means.col(of));
            EXPECT_NEAR(alone.mixture.weights[k], law.mixture.weights[of] / 0.7, 1e-15);
            EXPECT_EQ(alone.mixture.covariance(k).isotropic, law.mixture.covariance(of).isotropic);
            EXPECT_EQ(alone.mixture.origin[static_cast<std::size_t>(k)], of);
        }
        EXPECT_EQ(alone.mixture.complement, 6);
        EXPECT_TRUE(alone.reduced);
        EXPECT_FALSE(alone.mixture.labels.any());
    }
}

// Weights of two levels: the law is the sum of its classes at each.
TEST(ClassAlone, TakesAnyLevel) {
    law::Law law = five_components(false);
    law.mixture.labels.levels.push_back(law::level_from_labels({0, 1, 2, 3, 1}));
    const law::Mixture alone = law::class_alone(law.mixture, 1, 1);
    ASSERT_EQ(alone.components(), 2);
    EXPECT_EQ(alone.means.col(1), law.mixture.means.col(4));
    EXPECT_NEAR(alone.weights[0], 0.3 / 0.55, 1e-15);
    EXPECT_THROW(std::ignore = law::class_alone(law.mixture, 2, 0), std::out_of_range);
}

TEST(ClassAlone, RefusesAClassThatIsNotThere) {
    law::Law law = five_components(true);
    EXPECT_THROW(std::ignore = law::class_alone(law, 2), std::out_of_range);
    EXPECT_THROW(std::ignore = law::class_alone(law, -1), std::out_of_range);
    law.mixture.labels.levels.clear();
    EXPECT_THROW(std::ignore = law::class_alone(law, 0), std::out_of_range);
}

}  // namespace
}  // namespace kairos
