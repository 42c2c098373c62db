// tests/measure/jackknife_test.cpp: against leaving out one batch after another by hand, and against laws
// with known errors.
#include "kairos/measure/jackknife.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kairos/measure/estimate.hpp"
#include "support/consistent.hpp"

namespace kairos::measure {
namespace {

std::vector<MomentCurve> random_batches(const std::vector<std::size_t>& sizes, std::size_t times,
                                        unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> law;
    std::vector<MomentCurve> out;
    for (const std::size_t size : sizes) {
        MomentCurve curve;
        for (std::size_t t = 0; t < times; ++t) {
            std::vector<double> values(size);
            for (double& v : values) {
                v = 1.0 + static_cast<double>(t) + law(generator);
            }
            curve.push_back(moments_of(values));
        }
        out.push_back(curve);
    }
    return out;
}

using Statistic = std::function<double(std::span<const Moments>)>;

// O(B^2 T): the definition.
JackknifeEstimate plain_jackknife(const std::vector<MomentCurve>& batches, const Statistic& statistic) {
    const std::size_t none = batches.size();
    const auto without = [&](std::size_t left_out) {
        MomentCurve sum(batches[0].size());
        for (std::size_t b = 0; b < batches.size(); ++b) {
            for (std::size_t t = 0; t < sum.size() && b != left_out; ++t) {
                sum[t].merge(batches[b][t]);
            }
        }
        return statistic(sum);
    };
    const auto count = static_cast<double>(batches.size());
    double mean = 0.0, squares = 0.0;
    for (std::size_t b = 0; b < batches.size(); ++b) {
        mean += without(b) / count;
    }
    for (std::size_t b = 0; b < batches.size(); ++b) {
        squares += std::pow(without(b) - mean, 2);
    }
    return {without(none), std::sqrt((count - 1) / count * squares)};
}

double binder_like(std::span<const Moments> curve) {
    double sum = 0.0;
    for (const Moments& m : curve) {
        sum += 1.0 - m.m4 / m.count / (3.0 * std::pow(m.m2 / m.count, 2)) + m.mean * curve.front().mean;
    }
    return sum;
}

TEST(Jackknife, EqualsLeavingOutOneBatchAfterAnother) {
    for (const std::vector<std::size_t>& sizes :
         {std::vector<std::size_t>{40, 40, 40, 40}, std::vector<std::size_t>{10, 50, 3, 77, 20, 20, 1},
          std::vector<std::size_t>{9, 30}}) {
        const std::vector<MomentCurve> batches = random_batches(sizes, 5, 1);
        const JackknifeEstimate fast = jackknife(batches, binder_like),
                                plain = plain_jackknife(batches, binder_like);
        EXPECT_NEAR(fast.value, plain.value, 1e-12 * std::abs(plain.value));
        EXPECT_NEAR(fast.standard_error, plain.standard_error, 1e-10 * plain.standard_error);
    }
}

// For the mean, with batches of equal size, the jackknife is the standard error of the batch means exactly.
TEST(Jackknife, OfAMeanIsTheErrorOfBatchMeans) {
    const std::vector<MomentCurve> batches = random_batches(std::vector<std::size_t>(20, 30), 2, 2);
    std::vector<double> means;
    for (const MomentCurve& batch : batches) {
        means.push_back(batch[1].mean);
    }
    const Estimate expected = estimate(moments_of(means));
    const JackknifeEstimate result =
        jackknife(batches, [](std::span<const Moments> curve) { return curve[1].mean; });
    EXPECT_NEAR(result.value, expected.mean, 1e-13);
    EXPECT_NEAR(result.standard_error, expected.standard_error, 1e-12);
}

// F = mean^2: error 2 |mean| sigma/sqrt(n) by the delta method. Averaged over repeats, squared errors agree.
TEST(Jackknife, HasTheErrorOfTheDeltaMethodOnAverage) {
    std::vector<double> ratios;
    for (unsigned repeat = 0; repeat < 400; ++repeat) {
        const std::vector<MomentCurve> batches =
            random_batches(std::vector<std::size_t>(50, 40), 1, 100 + repeat);
        const JackknifeEstimate result =
            jackknife(batches, [](std::span<const Moments> curve) { return curve[0].mean * curve[0].mean; });
        ratios.push_back(std::pow(result.standard_error, 2) * 2000.0 / 4.0);
    }
    test::expect_mean_consistent(ratios, 1.0, "jackknife variance over that of the delta method");
}

TEST(Jackknife, HasNoErrorWithFewerThanTwoBatches) {
    const Statistic mean = [](std::span<const Moments> curve) { return curve[0].mean; };
    const std::vector<MomentCurve> one = random_batches({25}, 1, 3);
    const JackknifeEstimate single = jackknife(one, mean);
    EXPECT_EQ(single.value, one[0][0].mean);
    EXPECT_TRUE(std::isnan(single.standard_error));
    const JackknifeEstimate nothing = jackknife({}, mean);
    EXPECT_TRUE(std::isnan(nothing.value) && std::isnan(nothing.standard_error));
}

TEST(Jackknife, HasNoErrorWhereTheStatisticFailsOnce) {
    const std::vector<MomentCurve> batches = random_batches({10, 11, 12}, 1, 4);
    const JackknifeEstimate result = jackknife(batches, [](std::span<const Moments> curve) {
        return curve[0].count == 22 ? std::numeric_limits<double>::quiet_NaN() : curve[0].mean;
    });
    EXPECT_TRUE(std::isfinite(result.value));
    EXPECT_TRUE(std::isnan(result.standard_error));
}

TEST(Jackknife, ErrorOfReplicatesIsItsFormula) {
    // mean 2, squared deviations 1, 0, 1: (2/3) 2
    EXPECT_NEAR(delete_one_error(std::vector<double>{1.0, 2.0, 3.0}), std::sqrt(4.0 / 3.0), 1e-15);
    EXPECT_TRUE(std::isnan(delete_one_error(std::vector<double>{1.0})));
    EXPECT_TRUE(std::isnan(delete_one_error({})));
}

TEST(Jackknife, BlocksHoldTheirBatchesInOrder) {
    const auto batches = random_batches({5, 7, 3, 9, 4, 6, 8}, 2, 12);
    const auto blocks = blocks_of(batches, 3);
    ASSERT_EQ(blocks.size(), 3U);
    const std::vector<std::vector<std::size_t>> members = {{0, 1}, {2, 3}, {4, 5, 6}};
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t t = 0; t < 2; ++t) {
            Moments expected;
            for (const std::size_t b : members[k]) expected.merge(batches[b][t]);
            EXPECT_EQ(blocks[k][t].count, expected.count);
            EXPECT_EQ(blocks[k][t].mean, expected.mean);
            EXPECT_EQ(blocks[k][t].m4, expected.m4);
        }
    EXPECT_EQ(blocks_of(batches, 100).size(), batches.size());
    EXPECT_TRUE(blocks_of({}, 4).empty());
}

}  // namespace
}  // namespace kairos::measure
