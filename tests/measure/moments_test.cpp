// tests/measure/moments_test.cpp: central sums against long double, written out; merging against the whole.
#include "kairos/measure/moments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "hwy/targets.h"

namespace kairos::measure {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> skewed_sample(std::size_t count, double offset, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::gamma_distribution<double> law(2.0, 1.0);
    std::vector<double> out(count);
    for (double& v : out) {
        v = offset + law(generator);
    }
    return out;
}

Moments plain_moments(const std::vector<double>& values) {
    const long double origin =
        values[0];  // where the mean is large, even long double would run out of digits
    long double mean = 0, m2 = 0, m3 = 0, m4 = 0;
    for (const double v : values) {
        mean += (v - origin) / static_cast<long double>(values.size());
    }
    for (const double v : values) {
        const long double d = v - origin - mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
    }
    Moments out;
    out.count = static_cast<double>(values.size());
    out.mean = static_cast<double>(origin + mean);
    out.m2 = static_cast<double>(m2);
    out.m3 = static_cast<double>(m3);
    out.m4 = static_cast<double>(m4);
    out.minimum = *std::min_element(values.begin(), values.end());
    out.maximum = *std::max_element(values.begin(), values.end());
    return out;
}

// Tolerances in units of what each sum consists of: m3 may cancel, its terms do not.
void expect_near(const Moments& a, const Moments& b, double tolerance) {
    const double sd = std::sqrt(b.m2 / b.count);
    EXPECT_EQ(a.count, b.count);
    EXPECT_NEAR(a.mean, b.mean, tolerance * (std::abs(b.mean) + sd));
    EXPECT_NEAR(a.m2, b.m2, tolerance * b.m2);
    EXPECT_NEAR(a.m3, b.m3, tolerance * b.m4 / sd);
    EXPECT_NEAR(a.m4, b.m4, tolerance * b.m4);
    EXPECT_EQ(a.minimum, b.minimum);
    EXPECT_EQ(a.maximum, b.maximum);
}

void expect_same(const Moments& a, const Moments& b) {
    EXPECT_EQ(a.count, b.count);
    EXPECT_EQ(a.mean, b.mean);
    EXPECT_EQ(a.m2, b.m2);
    EXPECT_EQ(a.m3, b.m3);
    EXPECT_EQ(a.m4, b.m4);
    EXPECT_EQ(a.minimum, b.minimum);
    EXPECT_EQ(a.maximum, b.maximum);
}

TEST(Moments, EqualThePlainSumsAtEveryLength) {
    for (std::size_t count = 2; count < 70; ++count) {
        const std::vector<double> values = skewed_sample(count, -1.0, static_cast<unsigned>(count));
        SCOPED_TRACE(count);
        expect_near(moments_of(values), plain_moments(values), 1e-13);
    }
    const std::vector<double> many = skewed_sample(100003, 5.0, 1);
    expect_near(moments_of(many), plain_moments(many), 1e-13);
}

TEST(Moments, FourNumbersByHand) {
    const std::vector<double> values{1.0, 2.0, 3.0, 10.0};
    const Moments m = moments_of(values);
    EXPECT_EQ(m.count, 4);
    EXPECT_DOUBLE_EQ(m.mean, 4.0);
    EXPECT_DOUBLE_EQ(m.m2, 9 + 4 + 1 + 36);
    EXPECT_DOUBLE_EQ(m.m3, -27 - 8 - 1 + 216);
    EXPECT_DOUBLE_EQ(m.m4, 81 + 16 + 1 + 1296);
    EXPECT_EQ(m.minimum, 1.0);
    EXPECT_EQ(m.maximum, 10.0);
}

// As many as the means of its parts have: 1e-16 of the mean over the standard deviation, in a few hundred sums of random sign.
TEST(Moments, OfSeveralRowsAreThoseOfEach) {
    for (const std::size_t count : {1U, 6U, 64U, 77U, 1024U}) {
        const std::size_t stride = count + rows_padding;
        std::vector<double> table(stride * rows_together, nan);  // what stands beyond a row is not seen
        std::vector<std::span<double>> rows;
        for (std::size_t k = 0; k < rows_together; ++k) {
            rows.push_back(std::span(table).subspan(k * stride, count));
            std::ranges::copy(skewed_sample(count, 3.0 * static_cast<double>(k), static_cast<unsigned>(k)),
                              rows[k].begin());
        }
        rows[5][count / 2] = nan;
        const auto all = moments_of_rows(table.data(), stride, count);
        SCOPED_TRACE(count);
        for (std::size_t k = 0; k < rows_together; ++k) {
            if (k == 5)
                EXPECT_TRUE(std::isnan(all[k].mean) && std::isnan(all[k].m2) && std::isnan(all[k].maximum));
            else
                expect_same(all[k], moments_of(rows[k]));
        }
    }
    EXPECT_EQ(moments_of_rows(nullptr, 0, 0).back().count, 0.0);
}

TEST(Moments, KeepTheirDigitsWhereTheMeanIsFarFromZero) {
    for (const double offset : {1e4, 1e6, 1e9}) {
        const std::vector<double> values = skewed_sample(10007, offset, 3);
        SCOPED_TRACE(offset);
        expect_near(moments_of(values), plain_moments(values), 1e-16 * offset);
    }
}

Moments tree_of(std::span<const double> values) {
    if (values.size() == 1) return moments_of(values);
    std::size_t first = 1;
    while (2 * first < values.size()) first *= 2;
    Moments left = tree_of(values.first(first));
    left.merge(tree_of(values.subspan(first)));
    return left;
}

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

// Number by number, with the same bits; so every set of whole subtrees can be put together later.
TEST(Moments, AreThoseOfTheTreeMergedOneByOne) {
    for (const double scale : {1.0, 1e-90, 1e-160, 1e70, 0.0}) {
        std::vector<double> values = skewed_sample(1500, -2.0, 21);
        for (double& v : values) v *= scale;
        for (const std::size_t count :
             {1U, 2U, 3U, 7U, 8U, 13U, 33U, 63U, 64U, 65U, 100U, 128U, 500U, 1500U}) {
            const auto some = std::span(values).first(count);
            const Moments fast = moments_of(some), slow = tree_of(some);
            SCOPED_TRACE(::testing::Message() << count << " times " << scale);
            EXPECT_EQ(bits(fast.mean), bits(slow.mean));
            EXPECT_EQ(bits(fast.m2), bits(slow.m2));
            EXPECT_EQ(bits(fast.m3), bits(slow.m3));
            EXPECT_EQ(bits(fast.m4), bits(slow.m4));
            expect_same(fast, slow);
        }
    }
}

TEST(Moments, EqualValuesHaveNoVarianceAtAll) {
    for (const double value : {0.1, -1.0 / 3.0, 1e300, 0.0}) {
        Moments all = moments_of(std::vector<double>(1001, value));
        all.merge(moments_of(std::vector<double>(77, value)));
        EXPECT_EQ(all.mean, value);
        EXPECT_EQ(all.m2, 0.0);
        EXPECT_EQ(all.m3, 0.0);
        EXPECT_EQ(all.m4, 0.0);
        EXPECT_EQ(all.count, 1078);
    }
}

TEST(Moments, NothingIsTheIdentityOfMerge) {
    const Moments some = moments_of(skewed_sample(31, 0.0, 4));
    Moments left, right = some;
    left.merge(some);
    right.merge(Moments{});
    expect_same(left, some);
    expect_same(right, some);
    EXPECT_EQ(moments_of({}).count, 0);
    EXPECT_EQ(Moments{}.minimum, infinity);
}

TEST(Moments, MergedPartsEqualTheWhole) {
    const std::vector<double> values = skewed_sample(1000, 2.0, 5);
    const Moments whole = plain_moments(values);
    for (const std::size_t cut : {std::size_t{1}, std::size_t{17}, std::size_t{500}, std::size_t{999}}) {
        const std::span<const double> all(values);
        Moments merged = moments_of(all.first(cut));
        merged.merge(moments_of(all.subspan(cut)));
        SCOPED_TRACE(cut);
        expect_near(merged, whole, 1e-12);
    }
    Moments one_by_one;
    for (const double v : values) {
        one_by_one.merge(moments_of({&v, 1}));
    }
    expect_near(one_by_one, whole, 1e-12);
}

TEST(Moments, MergeKeepsItsDigitsWhereTheMeanIsFarFromZero) {
    const std::vector<double> values = skewed_sample(10000, 1e8, 6);
    Moments merged;
    for (std::size_t i = 0; i < values.size(); i += 100)
        merged.merge(moments_of(std::span(values).subspan(i, 100)));
    expect_near(merged, plain_moments(values), 1e-8);  // the means of the parts have lost eight digits
}

TEST(Moments, ANanIsNeverLost) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{5}, std::size_t{16}, std::size_t{100}}) {
        for (const std::size_t place : {std::size_t{0}, count / 2, count - 1}) {
            std::vector<double> values = skewed_sample(count, 0.0, 10);
            values[place] = nan;
            Moments m = moments_of(values), later = moments_of(skewed_sample(9, 0.0, 11));
            later.merge(m);
            m.merge(moments_of(skewed_sample(9, 0.0, 11)));
            for (const Moments& bad : {moments_of(values), m, later}) {
                EXPECT_TRUE(std::isnan(bad.mean) && std::isnan(bad.m2) && std::isnan(bad.m3) &&
                            std::isnan(bad.m4));
                EXPECT_TRUE(std::isnan(bad.minimum) && std::isnan(bad.maximum))
                    << count << ", place " << place;
            }
        }
    }
}

TEST(Moments, InfinitiesShowInTheRange) {
    const std::vector<double> values{1.0, -infinity, 2.0};
    const Moments m = moments_of(values);
    EXPECT_EQ(m.minimum, -infinity);
    EXPECT_EQ(m.maximum, 2.0);
    EXPECT_FALSE(std::isfinite(m.mean));
    EXPECT_EQ(moments_of(std::vector<double>(20, infinity)).mean, infinity);
}

TEST(Moments, EveryInstructionSetGivesTheSameSums) {
    const std::vector<double> values = skewed_sample(5003, 1.0, 12);
    const Moments expected = moments_of(values);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        SCOPED_TRACE(hwy::TargetName(target));
        expect_same(moments_of(values), expected);
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

}  // namespace
}  // namespace kairos::measure
