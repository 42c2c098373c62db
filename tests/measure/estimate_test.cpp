// tests/measure/estimate_test.cpp: by hand, and against laws whose moments are known.
#include "kairos/measure/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "support/consistent.hpp"

namespace kairos::measure {
namespace {

TEST(Estimate, FourNumbersByHand) {
    const std::vector<double> values{1.0, 2.0, 3.0, 10.0};  // m2 = 50, m3 = 180, m4 = 1394
    const Estimate e = estimate(moments_of(values));
    EXPECT_EQ(e.count, 4);
    EXPECT_DOUBLE_EQ(e.mean, 4.0);
    EXPECT_DOUBLE_EQ(e.variance, 50.0 / 3.0);
    EXPECT_DOUBLE_EQ(e.standard_error, std::sqrt(50.0 / 12.0));
    EXPECT_DOUBLE_EQ(e.variance_stderr, std::sqrt((1394.0 / 4.0 - (1.0 / 3.0) * (2500.0 / 9.0)) / 4.0));
    EXPECT_DOUBLE_EQ(e.skewness, 45.0 / std::pow(12.5, 1.5));
    EXPECT_DOUBLE_EQ(e.excess_kurtosis, 348.5 / 156.25 - 3.0);
    EXPECT_EQ(e.minimum, 1.0);
    EXPECT_EQ(e.maximum, 10.0);
}

// exponential law: variance 1, skewness 2, excess kurtosis 6
TEST(Estimate, ExponentialSampleHasItsShape) {
    std::mt19937_64 generator(1);
    std::exponential_distribution<double> law;
    std::vector<double> values(1000000);
    for (double& v : values) {
        v = law(generator);
    }
    const Estimate e = estimate(moments_of(values));
    test::expect_consistent(e.mean, e.standard_error, 1.0, "mean");
    test::expect_consistent(e.variance, e.variance_stderr, 1.0, "variance");
    EXPECT_NEAR(e.standard_error, 1e-3, 1e-5);
    EXPECT_NEAR(e.variance_stderr, std::sqrt(8.0) * 1e-3, 1e-4);  // Var(s^2) = (mu4 - 1)/n, mu4 = 9
    EXPECT_NEAR(e.skewness, 2.0, 0.05);
    EXPECT_NEAR(e.excess_kurtosis, 6.0, 0.7);
}

// The error of the variance is itself right: many small samples, the spread of their variances.
TEST(Estimate, VarianceErrorIsTheSpreadOfVariances) {
    std::mt19937_64 generator(2);
    std::normal_distribution<double> law;
    std::vector<double> variances, squared_errors;
    for (int repeat = 0; repeat < 20000; ++repeat) {
        std::vector<double> values(50);
        for (double& v : values) {
            v = law(generator);
        }
        const Estimate e = estimate(moments_of(values));
        variances.push_back(e.variance);
        squared_errors.push_back(e.variance_stderr * e.variance_stderr);
    }
    test::expect_mean_consistent(variances, 1.0, "variance");
    const Estimate spread = estimate(moments_of(variances));
    test::expect_consistent(spread.variance, spread.variance_stderr, 2.0 / 49.0, "2/(n - 1) of a normal law");
    // of a normal law E[mu4] = 3 (n - 1)^2/n^2 and E[variance^2] = (n + 1)/(n - 1): the bias of the formula
    // is O(1/n)
    const double exact = (3.0 * 49.0 * 49.0 / 2500.0 - 47.0 / 49.0 * 51.0 / 49.0) / 50.0;
    test::expect_mean_consistent(squared_errors, exact, "variance_stderr^2");
}

TEST(Estimate, NothingIsKnownOfNothing) {
    const Estimate e = estimate(Moments{});
    EXPECT_EQ(e.count, 0);
    for (const double v : {e.mean, e.standard_error, e.variance, e.variance_stderr, e.skewness,
                           e.excess_kurtosis, e.minimum, e.maximum}) {
        EXPECT_TRUE(std::isnan(v));
    }
}

TEST(Estimate, OneValueHasAMeanButNoError) {
    const double value = 3.5;
    const Estimate e = estimate(moments_of({&value, 1}));
    EXPECT_EQ(e.mean, 3.5);
    EXPECT_EQ(e.minimum, 3.5);
    EXPECT_EQ(e.maximum, 3.5);
    EXPECT_EQ(e.count, 1);
    for (const double v : {e.standard_error, e.variance, e.variance_stderr, e.skewness, e.excess_kurtosis}) {
        EXPECT_TRUE(std::isnan(v));
    }
}

TEST(Estimate, EqualValuesHaveVarianceZeroAndNoShape) {
    const Estimate e = estimate(moments_of(std::vector<double>(333, 0.1)));
    EXPECT_EQ(e.mean, 0.1);
    EXPECT_EQ(e.variance, 0.0);
    EXPECT_EQ(e.standard_error, 0.0);
    EXPECT_EQ(e.variance_stderr, 0.0);
    EXPECT_TRUE(std::isnan(e.skewness) && std::isnan(e.excess_kurtosis));
}

// Neighbouring numbers, whose variance is as right as its mean, have the shape of their rounding.
TEST(Estimate, ValuesThatDifferByRoundingHaveNoShape) {
    std::vector<double> values(333, 0.7);
    values[5] = std::nextafter(0.7, 1.0);
    const Estimate rounded = estimate(moments_of(values));
    EXPECT_GT(rounded.variance, 0.0);
    EXPECT_TRUE(std::isnan(rounded.skewness) && std::isnan(rounded.excess_kurtosis));
    values[5] = 0.7 + 1e-12;
    EXPECT_NEAR(estimate(moments_of(values)).skewness, 331.0 / std::sqrt(332.0), 0.1);
}

TEST(Estimate, TwoValuesHaveAFiniteVarianceError) {
    const Estimate e = estimate(moments_of(std::vector<double>{1.0, 1.3}));
    EXPECT_NEAR(e.variance, 0.045, 1e-15);
    EXPECT_TRUE(std::isfinite(e.variance_stderr));
    EXPECT_NEAR(e.excess_kurtosis, -2.0, 1e-12);
}

}  // namespace
}  // namespace kairos::measure
