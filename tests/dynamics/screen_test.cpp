// The screen against logits in doubles: its error bound, what it keeps at the edge of its window, and when it pays.
#define HWY_WANT_AVX3_DL  // as tile_products.cpp
#include "../../src/dynamics/screen.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "dynamics/brute_force.hpp"
#include "dynamics/many_data.hpp"
#include "hwy/highway.h"

namespace kairos::dynamics {
namespace {

struct Screened {
    explicit Screened(const law::Law& of)
        : law(&of), order(of.mixture), constants(of.mixture), screen(of.mixture, order, constants) {}
    const law::Law* law;
    DataOrder order;
    DataConstants constants;
    Screen screen;

    // -|x - alpha y|^2/(2 sigma^2) + log weight, [position][lane]
    [[nodiscard]] Rows logits(const States& states, const TimePoint& time) const {
        Rows out = Rows::Constant(order.tiles().back().first + order.tiles().back().rows, states.count(),
                                  absent_logit);
        for (const DataTile& tile : order.tiles())
            for (Index row = 0; row < tile.rows; ++row) {
                const auto datum = static_cast<Index>(order.data(tile)[static_cast<std::size_t>(row)]);
                if (datum < 0) continue;
                const Vector x = time.alpha * law->mixture.means.col(datum);
                out.row(tile.first + row) =
                    -(states.x.colwise() - x).colwise().squaredNorm() / (2.0 * time.sigma2);
                out.row(tile.first + row).array() += std::log(law->mixture.weights[datum]);
            }
        return out;
    }
    [[nodiscard]] States centred(const States& states, const TimePoint& time) const {
        return {states.first, states.x.colwise() - time.alpha * constants.data.centre, states.radius2};
    }
    [[nodiscard]] bool kept(Index position, Index lane) const {
        return (screen.lanes(position, lane / 32) >> (lane % 32) & 1U) != 0;
    }
};

// Nothing within 40 + log n nats of the top is lost; nothing further away than the window and twice the error of a logit is kept.
void expect_kept(const law::Law& law, const TimePoint& time, Index lanes) {
    Screened screened(law);
    const States states = test::states_of(law, time, lanes, 8);
    screened.screen.run(screened.centred(states, time), time, time.sigma2);
    const Rows logits = screened.logits(states, time);
    const double n = static_cast<double>(law.mixture.components());
    for (Index q = 0; q < lanes; ++q) {
        const double most = logits.col(q).maxCoeff(), window = screened.screen.window(q);
        for (Index j = 0; j < logits.rows(); ++j) {
            const bool near = logits(j, q) >= most - 40.0 - std::log(n);
            const bool far = logits(j, q) < most - 1.01 * (2.0 * window - 40.0 - std::log(n));
            ASSERT_TRUE(!near || screened.kept(j, q)) << "lane " << q << ", position " << j;
            ASSERT_FALSE(far && screened.kept(j, q)) << "lane " << q << ", position " << j;
        }
    }
}

TEST(Screen, KeepsWhatCanMatterAndLittleElse) {
    for (const auto [n, d, classes] :
         {std::array{700, 3, 0}, std::array{1000, 40, 3}, std::array{500, 300, 2}})
        for (const double sigma2 : {0.999, 0.5, 0.05, 1e-4}) {
            SCOPED_TRACE("d = " + std::to_string(d) + ", sigma2 = " + std::to_string(sigma2));
            expect_kept(test::data_law(n, d, classes, 5), test::at(std::sqrt(1.0 - sigma2), sigma2), 70);
        }
}

TEST(Screen, KeepsItOnEveryInstructionSet) {
    const law::Law law = test::data_law(700, 40, 3, 6);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(target);
        SCOPED_TRACE(hwy::TargetName(target));
        expect_kept(law, test::at(0.9, 0.19), 37);
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

// Data on a line whose logits are known: one inside the window, one outside, further than what 16 bits err.
TEST(Screen, TheEdgeOfTheWindowIsWhereItSays) {
    constexpr Index n = 300;
    law::Law law = test::data_law(n, 2, 0, 1);
    const TimePoint time = test::at(1.0, 1.0);
    const double window = 40.0 + std::log(static_cast<double>(n)), far = 1e4;
    for (const double off :
         {-0.5, 0.5}) {  // of the edge; 2 B = sqrt(2) (far/2850 |y'| + |y'|/2850 far) = 0.198
        law.mixture.means = [&] {
            Matrix points = Matrix::Zero(2, n);
            points.row(1).setConstant(-0.02);  // all others: 200 nats below
            points.col(0) << 0.0, 0.0;         // the top
            points.col(299) << 0.0, -(window + off) / far;
            return points;
        }();
        Screened screened(law);
        const States states{TrajectoryId{0}, (Rows(2, 1) << 0.0, far).finished(), Lanes::Zero(1)};
        screened.screen.run(screened.centred(states, time), time, time.sigma2);
        const double largest = 0.02 * 299.0 / 300.0;  // about the mean of all
        EXPECT_NEAR(screened.screen.window(0) - window, 2.0 * std::sqrt(2.0) * largest * far / 2850.0, 1e-3);
        EXPECT_TRUE(screened.kept(0, 0));
        EXPECT_EQ(screened.kept(299, 0), off < 0.0);
        EXPECT_FALSE(screened.kept(150, 0));
    }
}

TEST(Screen, KeepsEverythingOfAStateThatIsNotFinite) {
    const law::Law law = test::data_law(300, 4, 0, 2);
    Screened screened(law);
    const TimePoint time = test::at(0.9, 0.19);
    States states = test::states_of(law, time, 3, 4);
    states.x(2, 1) = std::numeric_limits<double>::infinity();
    screened.screen.run(screened.centred(states, time), time, time.sigma2);
    for (Index j = 0; j < 300; ++j) ASSERT_TRUE(screened.kept(j, 1));
}

// Numbers without a step of their own: all data zero, a state that is zero, one below the least normal number.
TEST(Screen, ZerosAndSubnormalsKeepWhatIsAsNear) {
    law::Law law = test::data_law(300, 3, 0, 2);
    const TimePoint time = test::at(0.9, 0.19);
    States states = test::states_of(law, time, 3, 4);
    states.x.col(0).setZero();
    states.x.col(1).setConstant(1e-310);
    for (const bool without_data : {true, false}) {
        if (!without_data) law = test::data_law(300, 3, 0, 2);
        if (without_data) law.mixture.means = Matrix::Zero(3, 300).eval();
        Screened screened(law);
        screened.screen.run(screened.centred(states, time), time, time.sigma2);
        const Rows logits = screened.logits(states, time);
        for (Index q = 0; q < 3; ++q)
            for (Index j = 0; j < 300; ++j)
                ASSERT_TRUE(screened.kept(j, q) || logits(j, q) < logits.col(q).maxCoeff() - 40.0);
    }
}

TEST(Screen, PaysWhereTrajectoriesHaveCondensed) {
    const law::Law law = test::data_law(6000, 64, 0, 3);
    Screened screened(law);
    EXPECT_FALSE(screened.screen.pays(test::at(0.1, 0.99), 0.99));
    EXPECT_TRUE(screened.screen.pays(test::at(std::sqrt(0.9), 0.1), 0.1));
}

}  // namespace
}  // namespace kairos::dynamics
