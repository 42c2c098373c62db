// tests/measure/agreement_test.cpp: by hand, and against normal estimates of one number, whose chi^2 and z have known moments.
#include "kairos/measure/agreement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "support/consistent.hpp"

namespace kairos::measure {
namespace {

TEST(Agreement, ThreeEstimatesByHand) {
    // weights 1, 1/4, 1: mean (1 + 4/4 + 4)/(9/4) = 8/3, error 2/3; residuals -5/3, 4/3, 4/3
    const std::vector<Realised> estimates{{1, 1}, {4, 2}, {4, 1}};
    const Agreement found = agreement(estimates);
    EXPECT_DOUBLE_EQ(found.mean, 8.0 / 3.0);
    EXPECT_DOUBLE_EQ(found.standard_error, 2.0 / 3.0);
    EXPECT_DOUBLE_EQ(found.range, 3.0);
    EXPECT_DOUBLE_EQ(found.chi2, 25.0 / 9.0 + 4.0 / 9.0 + 16.0 / 9.0);
    EXPECT_EQ(found.degrees_of_freedom, 2U);
    EXPECT_DOUBLE_EQ(found.largest_z, -5.0 / 3.0 / std::sqrt(5.0 / 9.0));
    EXPECT_EQ(found.farthest, 0U);
}

// z is that of the difference of the two, whichever way it is looked at.
TEST(Agreement, TwoEstimatesAreTheirDifference) {
    const Agreement found = agreement(std::vector<Realised>{{1.0, 0.3}, {1.7, 0.4}});
    const double z = 0.7 / 0.5;
    EXPECT_NEAR(std::abs(found.largest_z), z, 1e-14);
    EXPECT_NEAR(found.chi2, z * z, 1e-14);
}

TEST(Agreement, ClosedFormsHaveARangeAndNoChi2) {
    const Agreement found = agreement(std::vector<Realised>{{2.0, 0.0}, {4.0, 0.1}});
    EXPECT_EQ(found.mean, 3.0);
    EXPECT_EQ(found.range, 2.0);
    EXPECT_TRUE(std::isnan(found.chi2) && std::isnan(found.largest_z) && std::isnan(found.standard_error));
}

TEST(Agreement, OneEstimateIsItself) {
    const Agreement found = agreement(std::vector<Realised>{{2.0, 0.5}});
    EXPECT_EQ(found.mean, 2.0);
    EXPECT_EQ(found.standard_error, 0.5);
    EXPECT_EQ(found.chi2, 0.0);
    EXPECT_EQ(found.degrees_of_freedom, 0U);
    EXPECT_TRUE(std::isnan(found.largest_z));
    EXPECT_TRUE(std::isnan(agreement({}).mean));
}

// chi^2 has the mean of n - 1 degrees of freedom; of two estimates z^2 = chi^2, of mean 1.
TEST(Agreement, NormalEstimatesHaveTheMomentsOfChi2) {
    std::mt19937_64 engine(5);
    std::normal_distribution<double> normal;
    const std::vector<double> errors{0.5, 1.0, 2.0, 0.1};
    std::vector<double> chi2, z2, mean;
    for (int i = 0; i < 40000; ++i) {
        std::vector<Realised> estimates;
        estimates.reserve(errors.size());
        for (const double error : errors) estimates.push_back({3.0 + error * normal(engine), error});
        const Agreement found = agreement(estimates);
        chi2.push_back(found.chi2);
        mean.push_back((found.mean - 3.0) / found.standard_error);
        const Agreement two = agreement(std::span(estimates).first(2));
        z2.push_back(two.largest_z * two.largest_z);
    }
    test::expect_mean_consistent(chi2, 3.0, "chi^2");
    test::expect_mean_consistent(z2, 1.0, "z^2 of two");
    test::expect_mean_consistent(mean, 0.0, "mean");
}

}  // namespace
}  // namespace kairos::measure
