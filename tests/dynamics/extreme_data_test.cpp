// The streaming posterior at the ends of the range of numbers: data that coincide, lie far off or vanish, states that are no numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "dynamics/brute_force.hpp"
#include "dynamics/many_data.hpp"
#include "kairos/dynamics/posterior.hpp"

namespace kairos::dynamics {
namespace {

using test::data_law, test::states_of;

constexpr Request streamed{.score = true, .spread = true, .latents = true};

Posterior evaluate(const law::Law& law, const States& states, const TimePoint& time, const Request& request,
                   const Numerics& numerics = {}) {
    PosteriorEvaluator evaluator(law, numerics);
    Posterior out;
    evaluator.evaluate(states, time, request, out);
    return out;
}

TEST(ExtremeData, DuplicatesShareTheirWeight) {
    law::Law law = data_law(200, 8, 0, 4);
    law.mixture.means = [&] {
        Matrix points = law.mixture.means;
        for (Index j = 0; j < 200; ++j) points.col(j) = points.col(j % 4);
        points.col(3).setZero();  // a zero row of the dataset
        return points;
    }();
    const TimePoint time = test::at(0.9, 1e-4);
    const States states = states_of(law, time, 5, 2);
    const Posterior found = evaluate(law, states, time, streamed);
    for (Index q = 0; q < 5; ++q) {
        const auto top = static_cast<Index>(found.component.top[q]);
        Index first = 0, alike = 0;
        for (Index j = 199; j >= 0; --j)
            if (law.mixture.means.col(j) == law.mixture.means.col(top)) first = j, ++alike;
        EXPECT_EQ(top, first);
        EXPECT_NEAR(found.component.max_weight[q], 1.0 / static_cast<double>(alike), 1e-12);
    }
}

// Squares of data are summed over a tile in floats, with weights up to e^20.
TEST(ExtremeData, SinglePrecisionHoldsWhatFloatsHold) {
    law::Law law = data_law(300, 8, 0, 5);
    const auto holds = [&](double size, double sigma2) {
        law::Mixture mixture = law.mixture;
        mixture.means = Matrix(size * law.mixture.means);
        return single_precision_holds(mixture, test::at(1.0, sigma2));
    };
    EXPECT_TRUE(holds(1.0, 1.0) && holds(1e10, 1e20) && holds(1e-10, 1e-20));
    EXPECT_FALSE(holds(1e18, 1e36));  // squares
    EXPECT_FALSE(holds(1.0, 1e-37));  // products
    EXPECT_FALSE(holds(1e38, 1e76));
}

// Far from all data and at tiny variances: logits of -10^33.
TEST(ExtremeData, FindsTheNearestDatumHoweverSmallAllLogitsAre) {
    law::Law law = data_law(300, 2, 2, 5);
    law.mixture.means = [] {
        Matrix ring(2, 300);
        for (Index j = 0; j < 300; ++j)
            ring.col(j) = 1e7 * Vector{{std::cos(0.02 * static_cast<double>(j)),
                                        std::sin(0.02 * static_cast<double>(j))}};
        return ring;
    }();
    const TimePoint time = test::at(1.0, 1e-20);
    States states = states_of(law, time, 9, 6);
    states.x *= 1e-2;
    for (const Screening screening : {Screening::never, Screening::always}) {
        const Posterior found = evaluate(law, states, time, streamed, {.screening = screening});
        for (Index q = 0; q < 9; ++q) {
            Index nearest = 0;
            const Vector x = states.x.col(q);
            (law.mixture.means.colwise() - x).colwise().squaredNorm().minCoeff(&nearest);
            EXPECT_EQ(found.component.top[q], static_cast<double>(nearest));
            EXPECT_EQ(found.component.max_weight[q], 1.0);
        }
    }
}

TEST(ExtremeData, StatesOutsideTheRangeOfDoublesHaveNoPosterior) {
    const law::Law law = data_law(300, 4, 2, 5);
    const TimePoint time = test::at(1.0, 1.0);
    States states = states_of(law, time, 3, 6);
    states.x(2, 1) = std::numeric_limits<double>::quiet_NaN();
    Request request = streamed;
    request.class_spread = true;
    request.draw = Draw{{.seed = 1}, StepId{2}};
    const Posterior found = evaluate(law, states, time, request);
    EXPECT_TRUE(std::isnan(found.log_density[1]) && std::isnan(found.component.entropy[1]) &&
                std::isnan(found.score(0, 1)));
    EXPECT_EQ(found.chosen[1], 0);
    EXPECT_TRUE(std::isfinite(found.log_density[0]) && std::isfinite(found.log_density[2]));
}

TEST(ExtremeData, SubnormalDataAndStatesAreZeros) {
    law::Law law = data_law(150, 9, 0, 5);
    law.mixture.means = Matrix(5e-310 * law.mixture.means);
    States states = states_of(law, test::at(1.0, 1.0), 3, 6);
    states.x *= 1e-300;
    const Posterior found = evaluate(law, states, test::at(1.0, 1.0), streamed);
    EXPECT_NEAR(found.component.entropy[0], std::log(150.0), 1e-12);
    EXPECT_TRUE(found.score.allFinite() && found.score_spread.allFinite());
}

}  // namespace
}  // namespace kairos::dynamics
