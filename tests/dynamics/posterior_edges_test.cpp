// Posteriors where digits are easily lost: components out of the range of doubles, a billion dimensions, variances that hardly differ.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "brute_force.hpp"

namespace kairos::dynamics {
namespace {

using test::at, test::everything, test::isotropic;

TEST(PosteriorEdges, FarComponentsUnderflowToZeroAndNeverToNan) {
    law::Mixture mixture;
    mixture.means = (Matrix(1, 4) << 0.0, 1e3, -1e154, 1.0).finished();
    mixture.weights = Vector::Constant(4, 0.25);
    mixture.covariances = {isotropic(0.0)};
    mixture.labels = test::labels_of({0, 0, 1, 1});
    const States states{{}, Rows::Zero(1, 1), Lanes::Zero(1)};
    const Posterior p = test::evaluate(mixture, states, at(1.0, 1e-2), everything);
    const double ratio = std::exp(-50.0);  // of the components at 1 and 0
    EXPECT_EQ(p.weights(1, 0), 0.0);
    EXPECT_EQ(p.weights(2, 0), 0.0);
    EXPECT_NEAR(p.weights(3, 0), ratio, 1e-13 * ratio);
    EXPECT_NEAR(p.component.entropy[0], 51 * ratio, 1e-12 * ratio);
    EXPECT_NEAR(p.levels[0].entropy[0], 51 * ratio, 1e-12 * ratio);
    EXPECT_NEAR(p.class_spread[0], 1e4 * ratio, 1e-12 * 1e4 * ratio);
    EXPECT_NEAR(p.score_spread[0], 1e4 * ratio, 1e-12 * 1e4 * ratio);
}

TEST(PosteriorEdges, KeepsTheDifferenceOfTwoClassesInABillionDimensions) {
    const double d = 1e9;
    law::Mixture mixture;
    mixture.means = (Matrix(1, 2) << std::sqrt(d), -std::sqrt(d)).finished();
    mixture.weights = Vector::Constant(2, 0.5);
    mixture.covariances = {isotropic(1.0)};
    mixture.complement = d - 1;
    mixture.labels = test::labels_of({0, 1});
    const States states{{}, Rows::Constant(1, 1, 0.3), Lanes::Constant(1, d)};
    const TimePoint time = at(2e-5, 1.0 - 4e-10);
    const Posterior p = test::evaluate(mixture, states, time, everything);
    const double L = 2e-5 * std::sqrt(d) * 0.3;  // C = 1
    EXPECT_NEAR(p.weights(0, 0), 1 / (1 + std::exp(-2 * L)), 1e-15);
    const double log_density = -0.5 * d * std::log(2 * std::numbers::pi) - 0.5 * (d + 0.09) -
                               0.5 * 4e-10 * d + std::log(std::cosh(L));
    EXPECT_NEAR(p.log_density[0], log_density, 1e-15 * std::abs(log_density));
}

// Equal variances given one by one, and variances that hardly differ: the difference must not drown in d.
TEST(PosteriorEdges, ResolvesVariancesThatHardlyDiffer) {
    const double d = 1e9, t = 1e-6;
    law::Mixture mixture;
    mixture.means = Matrix::Zero(0, 2);
    mixture.weights = Vector::Constant(2, 0.5);
    mixture.covariances = {isotropic(1.0), isotropic(1.0 + t)};
    mixture.complement = d;
    mixture.labels = test::labels_of({0, 1});
    const States states{{}, Rows(0, 1), Lanes::Constant(1, 1.0001 * d)};
    const Posterior p = test::evaluate(mixture, states, at(1.0, 1.0), everything);
    const long double v0 = 2.0L, v1 = 2.0L + static_cast<long double>(1.0 + t - 1.0);
    const long double difference = -0.5L * static_cast<long double>(states.radius2[0]) * (1 / v1 - 1 / v0) -
                                   0.5L * static_cast<long double>(d) * std::log(v1 / v0);
    EXPECT_NEAR(p.weights(1, 0) / p.weights(0, 0), static_cast<double>(std::exp(difference)), 1e-9);
}

}  // namespace
}  // namespace kairos::dynamics
