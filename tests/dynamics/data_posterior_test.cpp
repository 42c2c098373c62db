// The streaming posterior of many data against the plain one that holds all weights, and against Bayes' rule where only it is exact enough.
#include "kairos/dynamics/posterior.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "dynamics/brute_force.hpp"
#include "dynamics/many_data.hpp"
#include "hwy/highway.h"
#include "support/consistent.hpp"

namespace kairos::dynamics {
namespace {

using test::data_law, test::states_of;

Posterior evaluate(const law::Law& law, const States& states, const TimePoint& time, Request request,
                   const Numerics& numerics = {}) {
    PosteriorEvaluator evaluator(law, numerics);
    Posterior out;
    evaluator.evaluate(states, time, request, out);
    return out;
}

constexpr Request streamed{.score = true, .spread = true, .latents = true, .fourth = true};

Request with_weights(Request request) {
    request.weights = true;
    return request;
}

void expect_near(const Lanes& found, const Lanes& wanted, double absolute, double relative,
                 const char* what) {
    ASSERT_EQ(found.size(), wanted.size()) << what;
    for (Index q = 0; q < found.size(); ++q)
        EXPECT_NEAR(found[q], wanted[q], absolute + relative * std::abs(wanted[q])) << what << ", lane " << q;
}

void expect_same_latent(const Latent& found, const Latent& wanted, double logit_error) {
    expect_near(found.entropy, wanted.entropy, 1e-300, 20 * logit_error + 1e-11, "entropy");
    expect_near(found.varentropy, wanted.varentropy, 1e-300, 40 * logit_error + 1e-10, "varentropy");
    expect_near(found.collision, wanted.collision, 0.0, 4 * logit_error + 1e-12, "collision");
    expect_near(found.max_weight, wanted.max_weight, 0.0, 4 * logit_error + 1e-12, "max_weight");
    expect_near(found.top_surprisal, wanted.top_surprisal, 1e-300, 20 * logit_error + 1e-11, "top_surprisal");
    expect_near(found.fourth, wanted.fourth, 1e-300, 80 * logit_error + 1e-9, "fourth");
}

// logit_error: of a logit, from the size of the terms that make it
void expect_same(const Posterior& found, const Posterior& wanted, double logit_error, double scale) {
    EXPECT_EQ(found.weights.rows(), 0);
    expect_near(found.log_density, wanted.log_density, logit_error, 1e-13, "log_density");
    expect_same_latent(found.component, wanted.component, logit_error);
    EXPECT_TRUE((found.component.top == wanted.component.top).all());
    ASSERT_EQ(found.levels.size(), wanted.levels.size());
    for (std::size_t l = 0; l < found.levels.size(); ++l) {
        EXPECT_LT((found.levels[l].weights - wanted.levels[l].weights).cwiseAbs().maxCoeff(),
                  1e-12 + logit_error);
        EXPECT_TRUE((found.levels[l].top == wanted.levels[l].top).all());
    }
    EXPECT_LT((found.score - wanted.score).cwiseAbs().maxCoeff(), scale * (1e-12 + logit_error));
    expect_near(found.score_norm2, wanted.score_norm2, 0.0, 1e-11 + 4 * logit_error, "score_norm2");
    expect_near(found.score_spread, wanted.score_spread, 1e-13 * scale * scale, 1e-10 + 20 * logit_error,
                "spread");
    expect_near(found.covariance_trace, wanted.covariance_trace, 1e-13, 1e-10 + 20 * logit_error, "trace");
    if (found.class_spread.size() > 0)
        expect_near(found.class_spread, wanted.class_spread, 1e-13 * scale * scale, 1e-9 + 20 * logit_error,
                    "class_spread");
}

// In single precision small numbers have no digits of their own: errors are relative to 1 nat, to a datum, to its square.
void expect_close(const Posterior& found, const Posterior& wanted, double logit_error, double scale,
                  double d) {
    expect_near(found.log_density, wanted.log_density, logit_error, 1e-13, "log_density");
    expect_near(found.component.entropy, wanted.component.entropy, logit_error, 0.0, "entropy");
    expect_near(found.component.varentropy, wanted.component.varentropy, 4 * logit_error, logit_error,
                "varentropy");
    expect_near(found.component.collision, wanted.component.collision, logit_error, 0.0, "collision");
    expect_near(found.component.max_weight, wanted.component.max_weight, logit_error, 0.0, "max_weight");
    for (std::size_t l = 0; l < found.levels.size(); ++l)
        EXPECT_LT((found.levels[l].weights - wanted.levels[l].weights).cwiseAbs().maxCoeff(), logit_error);
    EXPECT_LT((found.score - wanted.score).cwiseAbs().maxCoeff(), scale * 3.0 * logit_error);
    const double square = scale * scale * d * logit_error;
    expect_near(found.score_spread, wanted.score_spread, square, 0.0, "spread");
    if (found.class_spread.size() > 0)
        expect_near(found.class_spread, wanted.class_spread, square, 0.0, "class_spread");
}

struct Shape {
    Index n, d, lanes;
    int classes;
};

class OddSizes : public testing::TestWithParam<Shape> {};

// From all data alike to one that dominates by 10^5 nats.
TEST_P(OddSizes, EqualThePlainPosterior) {
    const Shape& shape = GetParam();
    const law::Law law = data_law(shape.n, shape.d, shape.classes, 17);
    for (const double sigma2 : {1.0 - 1e-9, 0.9, 0.3, 0.02, 1e-5}) {
        const TimePoint time = test::at(std::sqrt(1.0 - sigma2), sigma2);
        const States states = states_of(law, time, shape.lanes, 23);
        Request request = streamed;
        request.class_spread = shape.classes > 0;
        const Posterior found = evaluate(law, states, time, request);
        const Posterior wanted = evaluate(law, states, time, with_weights(request));
        SCOPED_TRACE("sigma2 = " + std::to_string(sigma2));
        const double terms = 30.0 * static_cast<double>(shape.d) * time.alpha * (time.alpha + 1.0) / sigma2;
        expect_same(found, wanted, 1e-15 * terms, 1.0 / sigma2 + 1.0);
    }
}

// Products and weights in single precision: rounding of the data, the states and of sums over 128 coordinates.
TEST_P(OddSizes, MixedPrecisionErrsByRoundingOfTheProducts) {
    const Shape& shape = GetParam();
    const law::Law law = data_law(shape.n, shape.d, shape.classes, 17);
    for (const double sigma2 : {1.0 - 1e-9, 0.9, 0.3, 0.02}) {
        const TimePoint time = test::at(std::sqrt(1.0 - sigma2), sigma2);
        const States states = states_of(law, time, shape.lanes, 23);
        Request request = streamed;
        request.class_spread = shape.classes > 0;
        SCOPED_TRACE("sigma2 = " + std::to_string(sigma2));
        const double terms = 30.0 * static_cast<double>(shape.d) * time.alpha * (time.alpha + 1.0) / sigma2;
        expect_close(evaluate(law, states, time, request, {.precision = Precision::mixed}),
                     evaluate(law, states, time, with_weights(request)), 2e-6 + 6e-8 * terms,
                     1.0 / sigma2 + 1.0, static_cast<double>(shape.d));
    }
}

INSTANTIATE_TEST_SUITE_P(DataPosterior, OddSizes,
                         testing::Values(Shape{128, 1, 1, 0}, Shape{191, 5, 31, 0}, Shape{192, 6, 32, 2},
                                         Shape{193, 7, 33, 3}, Shape{1000, 130, 65, 5},
                                         Shape{577, 257, 3, 16}, Shape{2003, 64, 128, 0}));

// Every instruction set that this processor has, with data that fill no tile and lanes that fill no panel.
TEST(DataPosterior, EveryInstructionSetEqualsThePlainPosterior) {
    const law::Law law = data_law(401, 45, 4, 31);
    const TimePoint time = test::at(0.9, 0.19);
    const States states = states_of(law, time, 37, 32);
    Request request = streamed;
    request.class_spread = true;
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(target);
        SCOPED_TRACE(hwy::TargetName(target));
        const Posterior plain = evaluate(law, states, time, with_weights(request));
        expect_same(evaluate(law, states, time, request), plain, 1e-12, 6.0);
        expect_close(evaluate(law, states, time, request, {.precision = Precision::mixed}), plain, 4e-4, 6.0,
                     45.0);
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// Data a thousand standard deviations away have the posterior of the same data at home. Numbers have few digits, so that moving them does
// not round.
TEST(DataPosterior, IsTheSameHoweverFarFromTheOrigin) {
    law::Law home = data_law(500, 64, 3, 7), away = home;
    home.mixture.means = (0x1p20 * home.mixture.means).array().round().matrix() / 0x1p20;
    const Vector offset = Vector::Constant(64, 1024.0);
    away.mixture.means = home.mixture.means.colwise() + offset;
    Request request = streamed;
    request.class_spread = true;
    for (const TimePoint& time : {test::at(0.5, 0.75), test::at(1.0, 0.01)}) {
        SCOPED_TRACE("sigma2 = " + std::to_string(time.sigma2));
        States at_home = states_of(home, time, 37, 8);
        at_home.x = (0x1p20 * at_home.x).array().round().matrix() / 0x1p20;
        States far_away = at_home;
        far_away.x.colwise() += time.alpha * offset;
        const Posterior wanted = evaluate(home, at_home, time, with_weights(request));
        const auto found = [&](const Numerics& numerics) {
            return evaluate(away, far_away, time, request, numerics);
        };
        const double terms = 30.0 * 64.0 * time.alpha * (time.alpha + 1.0) / time.sigma2,
                     scale = 1.0 / time.sigma2 + 1.0;
        expect_same(found({}), wanted, 1e-15 * terms, scale);
        expect_same(found({.screening = Screening::always}), wanted, 1e-15 * terms, scale);
        const Posterior mixed = found({.precision = Precision::mixed});
        expect_close(mixed, wanted, 2e-6 + 6e-8 * terms, scale, 64.0);
        const Lanes inner = (far_away.x.array() * wanted.score.array()).colwise().sum();
        expect_near(found({}).x_dot_score, inner, 1e-8 * scale, 1e-11, "x_dot_score");
    }
}

// Against Bayes' rule in difference form: the second datum lies 10^5 nats below.
TEST(DataPosterior, KeepsTheDigitsOfACondensedPosterior) {
    law::Law law = data_law(300, 40, 2, 3);
    law.mixture.means = [&] {
        Matrix points = law.mixture.means;
        points.col(77) = points.col(5);  // a duplicate of datum 5 ...
        points(3, 77) += 1e-3;           // ... but for a hair
        return points;
    }();
    for (const double sigma2 : {1e-2, 1e-4, 3e-7}) {
        const TimePoint time = test::at(0.9, sigma2);
        States states = states_of(law, time, 4, 9);
        for (Index q = 0; q < 4; ++q) states.x.col(q) = time.alpha * law.mixture.means.col(5);
        states.x.row(3).array() += Lanes{{1e-4, -2e-4, 0.0, 3e-4}};
        const Posterior found = evaluate(law, states, time, streamed);
        // |y - y_top|^2 = 1e-6 comes from norms: their rounding is the error that is left
        const double lost =
            8 * std::numeric_limits<double>::epsilon() * law.mixture.means.col(5).squaredNorm() / 1e-6;
        for (Index q = 0; q < 4; ++q) {
            const auto exact = test::brute_force(law.mixture, states.x.col(q), time);
            // what is left is between the two: gap from the squares of short vectors
            const double a = states.x(3, q) - time.alpha * law.mixture.means(3, 5);
            const double b = states.x(3, q) - time.alpha * law.mixture.means(3, 77);
            const double odds = std::exp((a * a - b * b) / (2 * sigma2));
            const double p = odds / (1 + odds), step = time.alpha * 1e-3 / sigma2;
            const double error = 1e-15 * 200.0 / sigma2;  // of the gap between two logits
            const double wanted = p * (1 - p) * step * step;
            EXPECT_NEAR(found.score_spread[q], wanted, (lost + 4 * error) * wanted)
                << "sigma2 = " << sigma2 << ", lane " << q;
            EXPECT_NEAR(found.component.max_weight[q], std::max(p, 1 - p), 1e-9 + error);
            EXPECT_NEAR(found.log_density[q], exact.log_density, 1e-9 + error);
        }
    }
}

// Of `largest`: the size of the largest logit.
void expect_same_screened(const Posterior& found, const Posterior& dense, double largest) {
    const double error = 1e-12 * std::max(1.0, largest);
    expect_near(found.log_density, dense.log_density, error, 0.0, "log_density");
    expect_near(found.component.entropy, dense.component.entropy, error, 0.0, "entropy");
    expect_near(found.component.varentropy, dense.component.varentropy, error, 0.0, "varentropy");
    expect_near(found.component.collision, dense.component.collision, error, 0.0, "collision");
    EXPECT_TRUE((found.component.top == dense.component.top).all());
    for (std::size_t l = 0; l < dense.levels.size(); ++l) {
        EXPECT_LT((found.levels[l].weights - dense.levels[l].weights).cwiseAbs().maxCoeff(), error);
        expect_near(found.levels[l].within, dense.levels[l].within, error, 0.0, "within");
    }
    EXPECT_LT((found.score - dense.score).cwiseAbs().maxCoeff(), error);
    expect_near(found.score_spread, dense.score_spread, error, error, "spread");
    if (dense.class_spread.size() > 0)
        expect_near(found.class_spread, dense.class_spread, error, error, "class_spread");
    EXPECT_EQ(found.chosen, dense.chosen);
}

// Screened whether it pays or not: from all data kept to one.
TEST_P(OddSizes, ScreenedEqualsDense) {
    const Shape& shape = GetParam();
    const law::Law law = data_law(shape.n, shape.d, shape.classes, 17);
    for (const double sigma2 : {1.0 - 1e-9, 0.9, 0.5, 0.3, 0.1, 0.02, 1e-5}) {
        const TimePoint time = test::at(std::sqrt(1.0 - sigma2), sigma2);
        const States states = states_of(law, time, shape.lanes, 23);
        Request request = streamed;
        request.class_spread = shape.classes > 0;
        request.draw = Draw{{.seed = 1}, StepId{2}};
        SCOPED_TRACE("sigma2 = " + std::to_string(sigma2));
        const double logit = time.alpha * 10.0 * static_cast<double>(shape.d) / sigma2;
        expect_same_screened(evaluate(law, states, time, request, {.screening = Screening::always}),
                             evaluate(law, states, time, request, {.screening = Screening::never}), logit);
    }
}

// chi^2 over the data of one state repeated in many lanes.
TEST(DataPosterior, DrawsByWeight) {
    constexpr Index lanes = 30000;
    const law::Law law = data_law(400, 3, 2, 8);
    const TimePoint time = test::at(0.8, 0.36);
    States states = states_of(law, time, 1, 12);
    const Posterior single = evaluate(law, states, time, with_weights(streamed));
    states.x = Rows(states.x.col(0).replicate(1, lanes));
    states.radius2 = Lanes::Zero(lanes);
    const Posterior many = evaluate(
        law, states, time, {.draw = Draw{{.seed = 3, .purpose = random::Purpose::choice}, StepId{4}}});
    ASSERT_EQ(many.chosen.size(), static_cast<std::size_t>(lanes));
    std::map<int, double> counts;
    for (const int datum : many.chosen) counts[datum] += 1.0;
    double chi2 = 0.0, cells = 0.0, rare = 0.0, rare_expected = 0.0;
    for (Index j = 0; j < 400; ++j) {
        const double expected = single.weights(j, 0) * static_cast<double>(lanes);
        const double count = counts[static_cast<int>(j)];
        if (expected < 10.0) {
            rare += count, rare_expected += expected;
            continue;
        }
        chi2 += (count - expected) * (count - expected) / expected;
        cells += 1.0;
    }
    ASSERT_GT(cells, 50.0);
    kairos::test::expect_consistent(chi2, std::sqrt(2.0 * cells), cells);
    kairos::test::expect_consistent(rare, std::sqrt(rare_expected), rare_expected);
}

// The bits of a trajectory depend neither on the other lanes of its block nor on its place.
class LanesOfABlock : public testing::TestWithParam<Numerics> {};

TEST_P(LanesOfABlock, DoNotSeeEachOther) {
    const law::Law law = data_law(500, 20, 3, 14);
    const TimePoint time = test::at(0.7, 0.51);
    const States states = states_of(law, time, 70, 15);
    States part{states.first + 40, Rows(states.x.middleCols(40, 9)), Lanes::Zero(9)};
    Request request = streamed;
    request.draw = Draw{{.seed = 1}, StepId{2}};
    const Posterior whole = evaluate(law, states, time, request, GetParam()),
                    some = evaluate(law, part, time, request, GetParam());
    EXPECT_EQ(some.score, Rows(whole.score.middleCols(40, 9)));
    EXPECT_TRUE((some.component.entropy == whole.component.entropy.segment(40, 9)).all());
    for (std::size_t q = 0; q < 9; ++q) EXPECT_EQ(some.chosen[q], whole.chosen[q + 40]);
}

INSTANTIATE_TEST_SUITE_P(DataPosterior, LanesOfABlock,
                         testing::Values(Numerics{}, Numerics{.precision = Precision::mixed},
                                         Numerics{.screening = Screening::always}));

}  // namespace
}  // namespace kairos::dynamics
