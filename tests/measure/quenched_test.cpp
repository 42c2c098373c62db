// tests/measure/quenched_test.cpp: by hand, and against normal means with normal noise, whose two variances are known.
#include "kairos/measure/quenched.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "support/consistent.hpp"

namespace kairos::measure {
namespace {

Moments of(const std::vector<double>& values) { return moments_of(values); }

TEST(Quenched, ThreeRealisationsByHand) {
    // means 1, 4, 10 with e^2 = 1, 4, 1: m = 5, V = (16 + 1 + 25)/2 = 21, average of e^2 = 2
    const std::vector<Moments> realisations{of({0, 2}), of({2, 6}), of({9, 11})};
    const QuenchedAverage found = quenched_average(realisations);
    EXPECT_DOUBLE_EQ(found.mean, 5.0);
    EXPECT_DOUBLE_EQ(found.standard_error, std::sqrt(7.0));
    EXPECT_DOUBLE_EQ(found.spread, std::sqrt(19.0));
}

TEST(Quenched, NoiseThatExplainsEverythingLeavesNoSpread) {
    const std::vector<Moments> realisations{of({0, 10}), of({1, 11})};  // V = 1/2, e^2 = 25
    EXPECT_EQ(quenched_average(realisations).spread, 0.0);
    EXPECT_DOUBLE_EQ(quenched_average(realisations).standard_error, 0.5);
}

TEST(Quenched, EqualMeansHaveNeitherSpreadNorError) {
    const std::vector<Moments> realisations(3, of({0.1, 0.1, 0.1}));
    const QuenchedAverage found = quenched_average(realisations);
    EXPECT_EQ(found.mean, 0.1);
    EXPECT_EQ(found.standard_error, 0.0);
    EXPECT_EQ(found.spread, 0.0);
}

// A realisation counts once, however many paths it has.
TEST(Quenched, RealisationsOfDifferentSizesCountAlike) {
    const std::vector<Moments> realisations{of({0, 2}), of({3, 5, 3, 5, 3, 5, 3, 5})};
    EXPECT_DOUBLE_EQ(quenched_average(realisations).mean, 2.5);
}

TEST(Quenched, WhatCannotBeKnownIsNaN) {
    const QuenchedAverage single = quenched_average(std::vector<Moments>{of({1, 2})});
    EXPECT_EQ(single.mean, 1.5);
    EXPECT_TRUE(std::isnan(single.standard_error) && std::isnan(single.spread));

    const QuenchedAverage lone_paths = quenched_average(std::vector<Moments>{of({1}), of({3})});
    EXPECT_DOUBLE_EQ(lone_paths.standard_error, 1.0);
    EXPECT_TRUE(std::isnan(lone_paths.spread));

    const double nan = std::numeric_limits<double>::quiet_NaN();
    const QuenchedAverage undefined = quenched_average(std::vector<Moments>{of({1, nan}), of({3, 4})});
    EXPECT_TRUE(std::isnan(undefined.mean) && std::isnan(undefined.standard_error));
    EXPECT_TRUE(std::isnan(undefined.spread));
    EXPECT_TRUE(std::isnan(quenched_average({}).mean));
}

// Means N(2, 0.3^2), 40 paths N(mean, 1) each, 12 realisations: E[V] = 0.09 + 1/40, and stderr^2 is the variance of the mean.
TEST(Quenched, VariancesOfNormalMeansWithNormalNoise) {
    std::mt19937_64 generator(5);
    std::normal_distribution<double> normal;
    std::vector<double> means, squared_errors, excesses;
    for (int repeat = 0; repeat < 20000; ++repeat) {
        std::vector<Moments> realisations;
        double noise2 = 0.0;
        for (int r = 0; r < 12; ++r) {
            std::vector<double> paths(40, 2.0 + 0.3 * normal(generator));
            for (double& value : paths) value += normal(generator);
            realisations.push_back(of(paths));
            noise2 += realisations.back().m2 / (39.0 * 40.0) / 12.0;
        }
        const QuenchedAverage found = quenched_average(realisations);
        means.push_back(found.mean);
        squared_errors.push_back(found.standard_error * found.standard_error);
        const double excess = 12.0 * squared_errors.back() - noise2;  // the estimate before it is cut at 0
        // both differences carry the rounding of V < 0.5: a few 1e-16
        EXPECT_NEAR(found.spread * found.spread, std::max(0.0, excess), 1e-15);
        excesses.push_back(excess);
    }
    test::expect_mean_consistent(means, 2.0, "mean");
    test::expect_mean_consistent(squared_errors, (0.09 + 0.025) / 12.0, "error of the mean");
    test::expect_mean_consistent(excesses, 0.09, "spread");
}

// By hand: m = 1, 2, 4 with e = 0.1, 0.2, 0.2: V = 7/3, average e^2 = 0.03, noise = sqrt(0.09)/3.
TEST(Quenched, OfMeansWithErrors) {
    const auto found = disorder_average(std::vector<Realised>{{1.0, 0.1}, {2.0, 0.2}, {4.0, 0.2}});
    EXPECT_NEAR(found.mean, 7.0 / 3.0, 1e-15);
    EXPECT_NEAR(found.standard_error, std::sqrt(7.0 / 9.0), 1e-15);
    EXPECT_NEAR(found.spread, std::sqrt(7.0 / 3.0 - 0.03), 1e-15);
    EXPECT_NEAR(found.noise, 0.1, 1e-15);
    const auto one = disorder_average(std::vector<Realised>{{1.5, 0.1}});
    EXPECT_EQ(one.mean, 1.5);
    EXPECT_NEAR(one.noise, 0.1, 1e-15);
    EXPECT_TRUE(std::isnan(one.spread));
}

}  // namespace
}  // namespace kairos::measure
