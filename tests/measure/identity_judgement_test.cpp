// How the two sides of an identity are judged: z by hand, and on samples that keep or break an identity.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "dynamics/brute_force.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/measure/identities.hpp"
#include "support/consistent.hpp"

namespace kairos::measure {
namespace {

using test::largest_z;

template <std::size_t n>
IdentityValue judged(const std::array<double, n>& value, const std::array<double, n>& expected,
                     const KnownErrors& known = {}) {
    std::array<double, n> difference{};
    for (std::size_t i = 0; i < n; ++i) difference[i] = value[i] - expected[i];
    return judge(moments_of(value), moments_of(difference), known);
}

// Differences 1, 1, 2, 4: mean 2, variance 2, largest 4.
constexpr std::array value = {11.0, 12.0, 14.0, 17.0}, expected = {10.0, 11.0, 12.0, 13.0};

TEST(Judgement, AddsSpreadResolutionAndKnownErrors) {
    const IdentityValue plain = judged(value, expected), wider = judged(value, expected, {.extra = 0.75});
    EXPECT_DOUBLE_EQ(plain.value, 13.5);
    EXPECT_DOUBLE_EQ(plain.expected, 11.5);
    EXPECT_DOUBLE_EQ(plain.standard_error, std::sqrt(2.0 / 4.0 + 1.0));  // (4/4)^2
    EXPECT_DOUBLE_EQ(plain.z, 2.0 / std::sqrt(1.5));
    EXPECT_DOUBLE_EQ(wider.standard_error, std::sqrt(1.5 + 0.75 * 0.75));
    EXPECT_DOUBLE_EQ(wider.z, 2.0 / wider.standard_error);
}

TEST(Judgement, SignsZAndTakesTheLargerEndForTheResolution) {
    const IdentityValue down = judged(expected, value);
    EXPECT_DOUBLE_EQ(down.z, -2.0 / std::sqrt(1.5));
    EXPECT_DOUBLE_EQ(down.standard_error, std::sqrt(1.5));
}

TEST(Judgement, NoiseThatIsKnownTakesThePlaceOfTheSpread) {
    const IdentityValue known = judged(value, expected, {.noise = 5.0}),
                        silent = judged(value, expected, {.noise = 0.0});
    EXPECT_DOUBLE_EQ(known.standard_error, std::sqrt(5.0 / 4.0 + 1.0));
    EXPECT_DOUBLE_EQ(silent.standard_error, 1.0);
}

// One of many trajectories saw something: n times its probability may as well be 0 or 3.
TEST(Judgement, AnEventSeenOnceProvesNothing) {
    std::array<double, 1000> rare{};
    const std::array<double, 1000> never{};
    rare[17] = 1e6;
    EXPECT_LT(std::abs(judged(rare, never, {.noise = 0.0}).z), 1.0 + 1e-12);
}

TEST(Judgement, AgreementToNineDigitsIsAgreement) {
    const auto shifted = [&](double relative) {
        std::array<double, 4> moved = value;
        for (double& v : moved) v *= 1.0 + relative;
        return judged(moved, value).z;
    };
    EXPECT_EQ(shifted(0.0), 0.0);
    EXPECT_EQ(shifted(0.9e-9), 0.0);
    EXPECT_EQ(shifted(-0.9e-9), 0.0);
    EXPECT_GT(shifted(1.1e-9), 0.5);
    EXPECT_LT(shifted(-1.1e-9), -0.5);
    constexpr std::array zero = {0.0, 0.0};
    EXPECT_EQ(judged(zero, zero).z, 0.0);
}

TEST(Judgement, NeedsTwoTrajectories) {
    const IdentityValue one = judged(std::array{3.0}, std::array{2.0}), none = judge({}, {});
    EXPECT_EQ(one.value, 3.0);
    EXPECT_EQ(one.expected, 2.0);
    EXPECT_TRUE(std::isnan(one.z) && std::isnan(one.standard_error));
    EXPECT_TRUE(std::isnan(none.z) && std::isnan(none.standard_error));
}

TEST(Judgement, ANumberThatIsNoneIsNoAgreement) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(std::isnan(judged(std::array{1.0, nan, 2.0}, std::array{1.0, 1.0, 2.0}).z));
}

law::Law two_points_apart() {
    law::Law law;
    law.mixture.means = Matrix{{-1.0, 1.0}, {0.5, -0.5}, {0.0, 0.0}};
    law.mixture.weights = Vector{{0.4, 0.6}};
    law.mixture.covariances = {test::isotropic(0.5)};
    law.mixture.labels = test::labels_of({0, 1});
    law.axis = Vector{{-1.0, 0.5, 0.0}};
    return law;
}

// z of an identity over 20000 states of the law at `time`, judged by a posterior that takes the noise to be `factor` times as large;
// the largest of its columns.
double z_of(const char* name, double factor) {
    const law::Law law = two_points_apart();
    const Setting setting{&law, Direction::forward, dynamics::IntegratorKind::exact, 0};
    const dynamics::TimePoint time =
        dynamics::Schedule(dynamics::ScheduleKind::ou, {.t_min = 0.1, .t_max = 3.0}).at(Time{0.5});
    dynamics::TimePoint believed = time;
    believed.sigma2 *= factor;
    constexpr Index m = 20000;
    test::Normals normal(23);
    dynamics::States states;
    states.x = std::sqrt(0.5 * time.alpha * time.alpha + time.sigma2) * normal.matrix(3, m);
    states.radius2 = Lanes::Zero(m);
    dynamics::CleanData clean;
    for (Index j = 0; j < m; ++j) {
        clean.component.push_back(j % 5 < 2 ? 0 : 1);
        states.x.col(j) += time.alpha * law.mixture.means.col(clean.component.back());
    }
    dynamics::Request request = test::everything;
    request.fourth = true;
    dynamics::Posterior posterior;
    dynamics::PosteriorEvaluator(law).evaluate(states, believed, request, posterior);
    const Sight sight{&setting, &states, &posterior, nullptr, &clean, nullptr, nullptr};
    double largest = 0.0;
    for (const Identity& row : identity_table()) {
        if (row.name != name) continue;
        const Index columns = row.axis == Axis::classes ? 2 : 1;
        Rows left(columns, m), right(columns, m);
        row.evaluate(sight, left, right);
        const Rows difference = left - right;
        for (Index c = 0; c < columns; ++c) {
            const auto of = [&](const Rows& rows) {
                return moments_of({rows.data() + c * m, static_cast<std::size_t>(m)});
            };
            largest = std::max(largest, std::abs(judge(of(left), of(difference)).z));
        }
    }
    return largest;
}

TEST(Judgement, TellsAKeptIdentityFromABrokenOne) {
    for (const char* name : {"stein", "divergence_norm", "rate_score"}) {
        EXPECT_GT(z_of(name, 1.0), 0.0) << name;
        EXPECT_LT(z_of(name, 1.0), largest_z) << name;
        EXPECT_GT(z_of(name, 1.2), largest_z) << name;
    }
    for (const char* name : {"score_mean", "tower", "total_variance"})
        EXPECT_LT(z_of(name, 1.0), largest_z) << name;
}

}  // namespace
}  // namespace kairos::measure
