// Posteriors small enough to be worked out by hand, and what a request may ask for.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "dynamics/brute_force.hpp"
#include "dynamics/many_data.hpp"

namespace kairos::dynamics {
namespace {

using test::at, test::diagonal, test::isotropic;

TEST(Posterior, EqualsThreePointsByHand) {
    law::Mixture mixture;
    mixture.means = Matrix{{0.0, std::sqrt(2 * std::log(2.0)), -std::sqrt(2 * std::log(4.0))}};
    mixture.weights = Vector::Constant(3, 1.0 / 3);
    mixture.covariances = {isotropic(0.0)};
    mixture.labels = test::labels_of({0, 0, 1});
    const States states{{}, Rows::Zero(1, 1), Lanes::Zero(1)};
    const Posterior p = test::evaluate(mixture, states, at(1.0, 1.0), test::everything);

    const double mean = (2 * std::sqrt(2 * std::log(2.0)) - std::sqrt(2 * std::log(4.0))) / 7;
    EXPECT_NEAR(p.weights(0, 0), 4.0 / 7, 1e-15);
    EXPECT_NEAR(p.weights(1, 0), 2.0 / 7, 1e-15);
    EXPECT_NEAR(p.weights(2, 0), 1.0 / 7, 1e-15);
    EXPECT_NEAR(p.log_density[0], std::log(7.0 / 12 / std::sqrt(2 * std::numbers::pi)), 1e-15);
    EXPECT_NEAR(p.score(0, 0), mean, 1e-15);
    EXPECT_NEAR(p.covariance_trace[0], (4 * std::log(2.0) + 2 * std::log(4.0)) / 7 - mean * mean, 1e-14);
    EXPECT_NEAR(p.component.entropy[0], std::log(7.0) - (10.0 / 7) * std::log(2.0), 1e-15);
    EXPECT_NEAR(p.component.collision[0], 21.0 / 49, 1e-15);
    EXPECT_NEAR(p.component.max_weight[0], 4.0 / 7, 1e-15);
    EXPECT_NEAR(p.levels[0].weights(0, 0), 6.0 / 7, 1e-15);
    EXPECT_NEAR(p.levels[0].collision[0], 37.0 / 49, 1e-15);
}

// Moments of y given x by the trapezoidal rule over y, which knows nothing of Gaussian algebra.
TEST(Posterior, OneComponentIsAGaussian) {
    law::Mixture mixture;
    mixture.means = Eigen::Vector2d(0.3, -0.2);
    mixture.weights = Vector::Ones(1);
    mixture.covariances = {diagonal(0.5, Eigen::Vector2d(0.0, 1.0))};
    mixture.complement = 2.0;
    const States states{{}, Rows::Constant(2, 1, 0.4), Lanes::Constant(1, 1.5)};
    const Posterior p =
        test::evaluate(mixture, states, at(0.5, 0.75),
                       {.score = true, .spread = true, .latents = true, .top_eigenvalue = true});
    const double v1 = 0.25 * 0.5 + 0.75, v2 = 0.25 * 1.5 + 0.75;
    EXPECT_EQ(p.weights(0, 0), 1.0);
    EXPECT_EQ(p.component.entropy[0], 0.0);
    EXPECT_EQ(p.component.varentropy[0], 0.0);
    EXPECT_EQ(p.score_spread[0], 0.0);
    EXPECT_NEAR(p.covariance_trace[0], 0.75 * (3 * 0.5 / v1 + 1.5 / v2), 1e-15);
    EXPECT_NEAR(p.divergence[0], -(3 / v1 + 1 / v2), 1e-14);
    EXPECT_NEAR(p.top_eigenvalue[0], 0.75 * 1.5 / v2, 1e-15);
    EXPECT_NEAR(p.log_density[0],
                -2 * std::log(2 * std::numbers::pi) - 1.5 * std::log(v1) - 0.5 * std::log(v2) -
                    0.5 * ((0.25 * 0.25 + 1.5) / v1 + 0.5 * 0.5 / v2),
                1e-14);
}

TEST(Posterior, RefusesClassesOfALawWithoutThem) {
    for (const Index n : {5, 200}) {  // held, streamed
        const law::Law law = test::data_law(n, 3, 0, 1);
        Posterior p;
        PosteriorEvaluator evaluator(law);
        EXPECT_THROW(evaluator.evaluate(test::states_of(law, at(0.8, 0.36), 2, 3), at(0.8, 0.36),
                                        {.class_spread = true}, p),
                     std::invalid_argument);
    }
}

TEST(Request, MergeAsksForWhatEitherAsksFor) {
    Request request{.score = true};
    request.merge({.latents = true});
    EXPECT_TRUE(request.score && request.latents);
    EXPECT_FALSE(request.spread || request.class_spread || request.top_eigenvalue);
    EXPECT_FALSE(request.fourth || request.weights || request.draw);
    request.merge({.fourth = true, .weights = true, .draw = Draw{{}, StepId{4}}});
    request.merge({});
    EXPECT_TRUE(request.fourth && request.weights && request.draw->step == StepId{4});
    request.merge({.spread = true, .class_spread = true, .top_eigenvalue = true});
    EXPECT_TRUE(request.spread && request.class_spread && request.top_eigenvalue && request.score);
}

}  // namespace
}  // namespace kairos::dynamics
