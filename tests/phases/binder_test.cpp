// tests/phases/binder_test.cpp: against moments summed by hand, and the two limits.
#include "kairos/phases/binder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace kairos::phases {
namespace {

TEST(Binder, EqualsTheSumsOfPowersAboutZero) {
    const std::vector<double> values = {1.3, -0.7, 2.1, 0.4, -1.9, 0.2};
    double second = 0.0, fourth = 0.0;
    for (const double m : values) {
        second += m * m / 6.0;
        fourth += m * m * m * m / 6.0;
    }
    EXPECT_NEAR(binder_cumulant(measure::moments_of(values)), 1.0 - fourth / (3.0 * second * second), 1e-14);
}

TEST(Binder, IsTwoThirdsForSharpWellsAndZeroForGaussianFluctuations) {
    EXPECT_NEAR(binder_cumulant(measure::moments_of(std::vector<double>{1.0, -1.0, -1.0, 1.0})), 2.0 / 3.0,
                1e-15);
    EXPECT_NEAR(binder_cumulant(measure::moments_of(std::vector<double>{1.0, 1.0, 1.0})), 2.0 / 3.0,
                1e-15);  // broken symmetry: one well alone
    std::mt19937_64 generator(4);
    std::normal_distribution<double> normal;
    std::vector<double> values(400000);
    for (double& m : values) m = normal(generator);
    // variance of <M^4>/(3 <M^2>^2): 8/3/n
    EXPECT_NEAR(binder_cumulant(measure::moments_of(values)), 0.0, 4.5 * std::sqrt(8.0 / 3.0 / 400000.0));
}

TEST(Binder, IsNaNWithoutFluctuations) {
    EXPECT_TRUE(std::isnan(binder_cumulant(measure::moments_of(std::vector<double>{0.0, 0.0}))));
    EXPECT_TRUE(std::isnan(binder_cumulant(measure::Moments{})));
}

}  // namespace
}  // namespace kairos::phases
