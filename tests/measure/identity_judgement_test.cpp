// How the two sides of an identity are judged: z by hand, and on samples that keep or break an identity.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

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

// Of n trajectories k have p = 1, the others 0.
IdentityValue share_of(int k, int n, double q) {
    std::vector<double> p(static_cast<std::size_t>(n), 0.0), difference(static_cast<std::size_t>(n), -q);
    std::fill_n(p.begin(), k, 1.0);
    std::fill_n(difference.begin(), k, 1.0 - q);
    return judge(moments_of(p), moments_of(difference), {.share = true});
}

TEST(Judgement, OfASharePutsTheVarianceAtTheMeanThatIsExpected) {
    const double n = 4000.0, resolution = (1.0 - 0.01) / n;
    const IdentityValue few = share_of(28, 4000, 0.01), many = share_of(52, 4000, 0.01);
    const auto spread = [&](double p) { return p * (1.0 - p) / (n - 1.0); };
    EXPECT_NEAR(few.standard_error, std::hypot(std::sqrt(spread(0.007) / 0.7), resolution), 1e-12);
    const double others = 0.99 / 0.987;  // of which there are less than expected, by little
    EXPECT_NEAR(many.standard_error, std::hypot(std::sqrt(spread(0.013) * others), resolution), 1e-12);
    EXPECT_NEAR(few.z, -0.003 / few.standard_error, 1e-9);
    EXPECT_NEAR(share_of(3972, 4000, 0.99).z, 0.003 / few.standard_error, 1e-9);  // the other side of it
}

TEST(Judgement, OfIncrementsNeedsNeighboursAmongFiveTimes) {
    EXPECT_TRUE(judges_increments(std::array{9.0, 7.0, 5.0, 3.6, 1.0}));
    EXPECT_FALSE(judges_increments(std::array{9.0, 7.0, 5.0, 3.4, 1.0}));
    EXPECT_FALSE(judges_increments(std::array{4.0, 3.0, 2.0, 1.0}));
}

TEST(Judgement, IsOfWhatIsLeftOnceTheCentreIsSubtracted) {
    std::array<double, 4> difference{};
    for (std::size_t i = 0; i < 4; ++i) difference[i] = value[i] - expected[i];
    const IdentityValue plain = judge(moments_of(value), moments_of(difference)),
                        centred = judge(moments_of(value), moments_of(difference), {.centre = 11.0});
    EXPECT_NEAR(centred.value, 2.5, 1e-12);
    EXPECT_NEAR(centred.expected, 0.5, 1e-12);
    EXPECT_EQ(centred.standard_error, plain.standard_error);
    EXPECT_EQ(centred.z, plain.z);
}

TEST(Judgement, OfASharePassesOverWhatFewTrajectoriesCarry) {
    EXPECT_TRUE(std::isnan(share_of(20, 1000, 0.01).standard_error));  // as z, which is made of it
    EXPECT_TRUE(
        std::isnan(share_of(4, 4000, 1.0 / 256).z));      // 15.6 expected, and their number is known to 50 %
    EXPECT_TRUE(std::isnan(share_of(20, 1000, 0.01).z));  // 10 expected
    EXPECT_TRUE(std::isnan(share_of(980, 1000, 0.99).z));
    EXPECT_FALSE(std::isnan(share_of(40, 4000, 0.012).z));
    EXPECT_EQ(share_of(10, 1000, 0.01).z, 0.0);
}

// p(c|x) of 64 equally likely classes, x_c = signal + noise for the class behind it and noise for the others: [class][trajectory].
std::vector<std::vector<double>> shares_of_classes(int n, double signal, unsigned seed) {
    constexpr int classes = 64;
    test::Normals normal(seed);
    std::mt19937_64 generator(seed);
    std::vector<std::vector<double>> p(classes, std::vector<double>(static_cast<std::size_t>(n)));
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        Vector logits = signal * normal.matrix(classes, 1);
        logits[static_cast<Index>(generator() % classes)] += signal * signal;
        const Vector w = (logits.array() - logits.maxCoeff()).exp();
        for (std::size_t c = 0; c < classes; ++c) p[c][i] = w[static_cast<Index>(c)] / w.sum();
    }
    return p;
}

// Where noise leaves a few classes open, their distribution has the heaviest tails. |z| above 4.5 has a probability of 7e-6.
TEST(Judgement, OfSharesAlarmsNobodyWithoutCause) {
    int judged_early = 0, all_early = 0, alarms_of_the_spread = 0;
    for (const double signal : {0.7, 1.75, 2.25, 3.5})
        for (unsigned seed = 1; seed <= 20; ++seed)
            for (const auto& p : shares_of_classes(1600, signal, seed)) {
                std::vector<double> difference = p;
                for (double& of_one : difference) of_one -= 1.0 / 64;
                const Moments of_p = moments_of(p), of_difference = moments_of(difference);
                const double z = judge(of_p, of_difference, {.share = true}).z;
                EXPECT_FALSE(std::abs(z) > largest_z) << z << " at signal " << signal;
                alarms_of_the_spread += std::abs(judge(of_p, of_difference).z) > largest_z ? 1 : 0;
                if (signal > 1.0) continue;
                ++all_early;
                judged_early += std::isnan(z) ? 0 : 1;
            }
    EXPECT_GT(alarms_of_the_spread, 0);
    EXPECT_GT(judged_early, 0.98 * all_early);
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
