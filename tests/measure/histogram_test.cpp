// tests/measure/histogram_test.cpp: counts by brute force between the edges; order and grouping never show.
#include "kairos/measure/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace kairos::measure {
namespace {

using Values = std::vector<double>;

Values random_values(std::size_t count, double scale, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> law;
    Values out(count);
    for (double& v : out) {
        v = scale * std::sinh(law(generator));
    }
    return out;
}

Histogram histogram_of(const Values& values) {
    Histogram out(1);
    out.add(0, values);
    return out;
}

TEST(Histogram, CountsWhatLiesBetweenItsEdges) {
    const Values values = random_values(5000, 3.0, 1);
    const Histogram histogram = histogram_of(values);
    const Values edges = histogram.edges(), density = histogram.density();
    ASSERT_EQ(edges.size(), density.size() + 1);
    EXPECT_LE(density.size(), 256u);
    EXPECT_GT(density.size(), 128u);  // a finer width would not have fitted
    for (std::size_t i = 0; i < density.size(); ++i) {
        const auto inside = std::count_if(values.begin(), values.end(),
                                          [&](double v) { return edges[i] <= v && v < edges[i + 1]; });
        EXPECT_NEAR(density[i] * (edges[i + 1] - edges[i]) * 5000.0, static_cast<double>(inside), 1e-9)
            << "bin " << i;
    }
}

TEST(Histogram, HasEqualBinsInAsinhOnMultiplesOfAPowerOfTwo) {
    const Values edges = histogram_of(random_values(1000, 100.0, 2)).edges();
    const double width = std::asinh(edges[1]) - std::asinh(edges[0]);
    const double power = std::exp2(std::round(std::log2(width)));
    for (const double edge : edges) {
        const double place = std::asinh(edge) / power;
        EXPECT_NEAR(place, std::round(place), 1e-9);
    }
    EXPECT_NEAR(width / power, 1.0, 1e-9);
}

TEST(Histogram, IntegratesToOneAtEveryTime) {
    Histogram histogram(3);
    histogram.add(0, random_values(100, 1.0, 3));
    histogram.add(2, random_values(2000, 1e6, 4));
    const Values edges = histogram.edges(), density = histogram.density();
    const std::size_t bins = edges.size() - 1;
    ASSERT_EQ(density.size(), 3 * bins);
    for (std::size_t t = 0; t < 3; ++t) {
        double integral = 0.0;
        for (std::size_t i = 0; i < bins; ++i) {
            integral += density[t * bins + i] * (edges[i + 1] - edges[i]);
        }
        EXPECT_NEAR(integral, t == 1 ? 0.0 : 1.0, 1e-12) << "time " << t;
    }
}

TEST(Histogram, DoesNotDependOnTheOrderOfAdding) {
    Values values = random_values(3000, 5.0, 5);
    values.insert(values.end(), {1e12, -3e-7, 0.0, -1e5});
    const std::vector<std::int64_t> expected = histogram_of(values).pack();
    std::mt19937_64 generator(6);
    for (int trial = 0; trial < 5; ++trial) {
        std::shuffle(values.begin(), values.end(), generator);
        EXPECT_EQ(histogram_of(values).pack(), expected);
        Histogram one_by_one(1);
        for (const double v : values) {
            one_by_one.add(0, {&v, 1});
        }
        EXPECT_EQ(one_by_one.pack(), expected);
    }
}

TEST(Histogram, DoesNotDependOnTheOrderOfMerging) {
    std::vector<Histogram> parts;
    Histogram whole(2);
    for (unsigned part = 0; part < 6; ++part) {
        const Values a = random_values(200, std::pow(10.0, part) * 1e-3, part),
                     b = random_values(50, 1.0, 100 + part);
        Histogram h(2);
        h.add(0, a);
        h.add(1, b);
        whole.add(0, a);
        whole.add(1, b);
        parts.push_back(h);
    }
    std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
    do {
        Histogram merged(2);
        for (const std::size_t i : order) {
            merged.merge(parts[i]);
        }
        ASSERT_EQ(merged.pack(), whole.pack());
    } while (std::next_permutation(order.begin(), order.end()));
    Histogram from_nothing;
    from_nothing.merge(whole);
    EXPECT_EQ(from_nothing.pack(), whole.pack());
}

// As ranks add up what each has counted: some have counted nothing, and do not even know the times.
TEST(Histogram, WidenedToOneExtentCountsAddUpToTheMerge) {
    std::vector<Histogram> parts{Histogram(), Histogram(2)};
    for (unsigned part = 0; part < 5; ++part) {
        parts.emplace_back(2);
        parts.back().add(part % 2, random_values(300, std::pow(10.0, part) * 1e-3, part));
    }
    Histogram merged;
    Histogram::Extent extent = parts.front().extent();
    for (const Histogram& part : parts) {
        merged.merge(part);
        for (std::size_t i = 0; i < extent.size(); ++i) extent[i] = std::max(extent[i], part.extent()[i]);
    }
    const std::vector<std::int64_t> expected = merged.pack();
    std::vector<std::int64_t> sum(expected.size(), 0);
    for (Histogram& part : parts) {
        part.widen(extent);
        const std::vector<std::int64_t> packed = part.pack();
        ASSERT_TRUE(std::equal(packed.begin(), packed.begin() + Histogram::head, expected.begin()));
        ASSERT_EQ(packed.size(), expected.size());
        for (std::size_t i = Histogram::head; i < sum.size(); ++i) sum[i] += packed[i];
    }
    EXPECT_TRUE(std::equal(sum.begin() + Histogram::head, sum.end(), expected.begin() + Histogram::head));
    Histogram nothing;
    nothing.widen(Histogram(3).extent());
    EXPECT_EQ(nothing.pack(), Histogram(3).pack());
}

TEST(Histogram, CoarseningKeepsEveryCount) {
    const Values values = random_values(4000, 1e-3, 7);
    Histogram fine = histogram_of(values), coarse = fine;
    const double far_away = 1e10;
    coarse.add(0, {&far_away, 1});
    const Values edges = coarse.edges(), density = coarse.density();
    EXPECT_GT(coarse.pack()[0], fine.pack()[0]);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        auto inside = std::count_if(values.begin(), values.end(),
                                    [&](double v) { return edges[i] <= v && v < edges[i + 1]; });
        inside += edges[i] <= far_away && far_away < edges[i + 1] ? 1 : 0;
        EXPECT_NEAR(density[i] * (edges[i + 1] - edges[i]) * 4001.0, static_cast<double>(inside), 1e-9);
    }
}

TEST(Histogram, EqualValuesFillOneBin) {
    const Histogram histogram = histogram_of(Values(50, 0.7));
    const Values edges = histogram.edges(), density = histogram.density();
    ASSERT_EQ(density.size(), 1u);
    EXPECT_LE(edges[0], 0.7);
    EXPECT_GT(edges[1], 0.7);
    EXPECT_LT(edges[1] - edges[0], 2e-6);
}

TEST(Histogram, TheLargestNumbersHaveABin) {
    const double largest = std::numeric_limits<double>::max();
    const Histogram histogram = histogram_of({-largest, -1e200, 1e160, largest});
    const std::vector<std::int64_t> flat = histogram.pack();
    std::int64_t counted = 0;
    for (std::size_t i = 4; i < flat.size(); ++i) {
        counted += flat[i];
    }
    EXPECT_EQ(counted, 4);
    EXPECT_EQ(flat[1], -flat[1] - flat[2]);  // symmetric: first = -(first + width)
}

TEST(Histogram, PassesOverWhatIsNotFinite) {
    const double infinity = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();
    const Values values = random_values(100, 1.0, 8);
    Values mixed{nan, infinity};
    mixed.insert(mixed.end(), values.begin(), values.end());
    mixed.insert(mixed.end(), {-infinity, nan});
    EXPECT_EQ(histogram_of(mixed).pack(), histogram_of(values).pack());
    EXPECT_TRUE(histogram_of({nan, infinity}).density().empty());
}

TEST(Histogram, UnpackUndoesPack) {
    Histogram histogram(3);
    histogram.add(0, random_values(100, 1.0, 9));
    histogram.add(1, random_values(100, 10.0, 10));
    Histogram copy = Histogram::unpack(histogram.pack());
    EXPECT_EQ(copy.pack(), histogram.pack());
    EXPECT_EQ(copy.edges(), histogram.edges());
    EXPECT_EQ(copy.density(), histogram.density());
    const Values more = random_values(10, 1e5, 11);
    copy.add(2, more);
    histogram.add(2, more);
    EXPECT_EQ(copy.pack(), histogram.pack());
    EXPECT_EQ(Histogram::unpack(Histogram(4).pack()).pack(), Histogram(4).pack());
}

// Beyond 2^500, where x^2 overflows, a value lies between the edges of its bin as elsewhere.
TEST(Histogram, ValuesWhoseSquareOverflowsLieInTheirBins) {
    for (const double value : {1e150, 1e155, 1e200, 1e300, -1e155, -1e300}) {
        const auto edges = histogram_of({value}).edges();
        ASSERT_EQ(edges.size(), 2U);
        EXPECT_LE(edges[0], value + 1e-9 * std::abs(value));
        EXPECT_GT(edges[1], value - 1e-9 * std::abs(value));
    }
}

}  // namespace
}  // namespace kairos::measure
