// tests/phases/scaling_crossing_test.cpp: crossings whose places follow from the curves by hand; errors against the scatter over seeds.
#include "kairos/phases/scaling_crossing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kairos/phases/binder.hpp"
#include "phases/noisy_batches.hpp"
#include "support/consistent.hpp"

namespace kairos::phases {
namespace {

constexpr double exponent = 0.5, correction = 2.0;
constexpr Heights inner{0.55, 0.95};
const std::vector<double> dimensions = {16.0, 64.0, 256.0, 2048.0};

// From 1 (early) to 1/2 (late), its middle at b log d + c/d.
double curve_at(double x, double d) {
    return 0.75 - 0.25 * std::tanh(x - exponent * std::log(d) - correction / d);
}

std::vector<measure::MomentCurve> batches_at(const std::vector<double>& x, double d, double noise,
                                             std::mt19937_64& generator) {
    std::vector<double> curve;
    for (const double at : x) curve.push_back(curve_at(at, d));
    return test::noisy_batches(curve, noise, generator);
}

std::vector<MeasuredSystem> systems_with(double noise, unsigned seed, double step = 0.15) {
    std::mt19937_64 generator(seed);
    std::vector<MeasuredSystem> systems;
    for (const double d : dimensions) {
        MeasuredSystem system{std::log(d), {}, {}};
        for (double x = 0.0; x < 8.0; x += step) system.x.push_back(x);
        system.realisations.push_back(batches_at(system.x, d, noise, generator));
        systems.push_back(std::move(system));
    }
    return systems;
}

// (x - b log d_1 - c/d_1 = y - b log d_2 - c/d_2 with x = u log d_1, y = u log d_2) solved for u
double place_by_hand(double d1, double d2) {
    return exponent - correction * (1.0 / d1 - 1.0 / d2) / (std::log(d2) - std::log(d1));
}

// Misses are no more than the rivals say.
TEST(ScalingCrossing, FindsThePlacesOfExactCurvesAndTheirLimit) {
    const auto found = scaling_crossings(systems_with(0.0, 1), mean_of, inner);
    ASSERT_EQ(found.pairs.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& pair = found.pairs[i];
        const double expected = place_by_hand(dimensions[i], dimensions[i + 1]);
        EXPECT_EQ(pair.smaller, i);
        EXPECT_EQ(pair.larger, i + 1);
        EXPECT_NEAR(pair.place.value, expected, 4e-4);
        EXPECT_NEAR(pair.place.value, expected, pair.place.systematic + 1e-12);
        EXPECT_NEAR(pair.place.statistical, 0.0, 1e-12);
        const double height = curve_at(expected * std::log(dimensions[i]), dimensions[i]);
        EXPECT_NEAR(pair.height, height, 2e-3);
    }
    EXPECT_NEAR(found.line.intercept.value, exponent, 3e-4);
    EXPECT_NEAR(found.line.slope.value, -correction, 0.02);
    // what a fit misses at every pair, no average over pairs makes smaller
    for (const auto& pair : found.pairs)
        EXPECT_GE(found.line.intercept.systematic, pair.place.systematic * (1.0 - 1e-12));
    EXPECT_NEAR(found.line.intercept.value, exponent, found.line.intercept.systematic + 1e-12);
}

// Over log snr sizes count downward; the order of times does not matter.
TEST(ScalingCrossing, DescendingVariablesHaveTheSamePlaces) {
    auto systems = systems_with(0.1, 2);
    const auto ascending = scaling_crossings(systems, mean_of, inner);
    for (MeasuredSystem& system : systems) {
        system.size = -system.size;
        for (double& x : system.x) x = -x;
    }
    const auto descending = scaling_crossings(systems, mean_of, inner);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(descending.pairs[i].place.value, ascending.pairs[i].place.value, 1e-12);
        EXPECT_NEAR(descending.pairs[i].place.statistical, ascending.pairs[i].place.statistical, 1e-12);
    }
    EXPECT_NEAR(descending.line.intercept.value, ascending.line.intercept.value, 1e-12);
}

// 19 degrees of freedom a size: the squared pull of Student's t has mean nu/(nu - 2), with nu at least 38 of both sizes of a pair.
TEST(ScalingCrossing, ErrorsAreTheScatterOverSeeds) {
    std::vector<double> places, limits, pulls, limit_pulls;
    const double expected = place_by_hand(dimensions[1], dimensions[2]);
    for (unsigned seed = 1; seed <= 80; ++seed) {
        const auto found = scaling_crossings(systems_with(0.1, seed), mean_of, inner);
        const auto& pair = found.pairs[1].place;
        places.push_back(pair.value);
        pulls.push_back(std::pow((pair.value - expected) / pair.statistical, 2));
        const auto& limit = found.line.intercept;
        limits.push_back(limit.value);
        limit_pulls.push_back(std::pow((limit.value - exponent) / limit.statistical, 2));
    }
    test::expect_mean_consistent(places, expected, "place");
    test::expect_mean_consistent(pulls, 38.0 / 36.0, "squared pull of a place");
    test::expect_mean_consistent(limits, exponent, "limit");
    test::expect_mean_consistent(limit_pulls, 38.0 / 36.0, "squared pull of the limit");
}

// M = +-1 + s z, s^2 = e^{2t}/d (two clusters, ou, mu = sig = 1): all sizes meet at t = log(d)/2, where s = 1 and U4 = 1 - 10/12.
TEST(ScalingCrossing, BinderCurvesOfTwoClustersMeetAtHalfLogDimension) {
    std::mt19937_64 generator(5);
    std::normal_distribution<double> normal;
    std::vector<MeasuredSystem> systems;
    for (const double d : {1e2, 1e4, 1e6}) {
        MeasuredSystem system{std::log(d), {}, {{}}};
        for (double t = 0.5; t < 10.0; t += 0.25) system.x.push_back(t);
        for (int b = 0; b < 20; ++b) {
            measure::MomentCurve curve;
            for (const double t : system.x) {
                std::vector<double> values;
                for (int path = 0; path < 1000; ++path)
                    values.push_back((path % 2 == 0 ? 1.0 : -1.0) +
                                     std::exp(t) / std::sqrt(d) * normal(generator));
                curve.push_back(measure::moments_of(values));
            }
            system.realisations.front().push_back(std::move(curve));
        }
        systems.push_back(std::move(system));
    }
    const auto binder = [](const measure::Moments& m, std::size_t) { return binder_cumulant(m); };
    const auto found = scaling_crossings(systems, binder, {0.05 / 1.5, 0.95 / 1.5});
    for (const SizeCrossing& pair : found.pairs) {
        EXPECT_NEAR(pair.place.value, 0.5, 4.5 * pair.place.standard_error());
        EXPECT_LT(pair.place.standard_error(), 0.01);
        EXPECT_NEAR(pair.height, 1.0 / 6.0, 0.05);
    }
    EXPECT_NEAR(found.line.intercept.value, 0.5, 4.5 * found.line.intercept.standard_error());
}

TEST(ScalingCrossing, CurvesThatDoNotCrossAndEqualSizesHaveNone) {
    auto systems = systems_with(0.1, 3);
    systems.resize(2);
    auto apart =
        systems;  // the larger one as early as the smaller: over x/size it stays ahead, or the fits never meet
    for (double& x : apart[1].x) x += 20.0;
    const auto none = scaling_crossings(apart, mean_of, inner);
    ASSERT_EQ(none.pairs.size(), 1U);
    EXPECT_TRUE(std::isnan(none.pairs[0].place.value));
    EXPECT_TRUE(std::isnan(none.line.intercept.value));
    systems[1].size = systems[0].size;
    EXPECT_TRUE(scaling_crossings(systems, mean_of, inner).pairs.empty());
    EXPECT_TRUE(scaling_crossings(std::span(systems).first(1), mean_of, inner).pairs.empty());
}

}  // namespace
}  // namespace kairos::phases
