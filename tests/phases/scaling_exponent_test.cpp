// tests/phases/scaling_exponent_test.cpp: batches of synthetic trajectories with a known exponent; errors against the scatter over seeds.
#include "kairos/phases/scaling_exponent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "phases/noisy_batches.hpp"
#include "support/consistent.hpp"

namespace kairos::phases {
namespace {

constexpr double exponent = 0.5;

double master(double u) { return 0.75 - 0.25 * std::tanh(u); }

std::vector<measure::MomentCurve> batches_of(const std::vector<double>& x, double size, double shift,
                                             std::mt19937_64& generator) {
    std::vector<double> curve;
    for (const double at : x) curve.push_back(master(at - exponent * size - shift));
    return test::noisy_batches(curve, 0.1, generator);
}

std::vector<double> grid() {
    std::vector<double> x;
    for (int i = 0; i <= 32; ++i) x.push_back(0.3 * i);
    return x;
}

// realisations: each shifted by a draw of its own of standard deviation `spread`.
std::vector<MeasuredSystem> systems_of(unsigned seed, int realisations = 1, double spread = 0.0) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    std::vector<MeasuredSystem> systems;
    for (const double size : {4.0, 8.0, 12.0}) {
        MeasuredSystem system{size, grid(), {}};
        for (int r = 0; r < realisations; ++r)
            system.realisations.push_back(batches_of(system.x, size, spread * normal(generator), generator));
        systems.push_back(std::move(system));
    }
    return systems;
}

constexpr Heights inner{0.55, 0.95};

// Pulls of many independent data sets have variance 1 where errors are right. Errors from 20 blocks a system are uncertain by a tenth themselves,
// which Student's t of their 57 degrees of freedom puts at a variance of 57/55.
TEST(ScalingExponent, ErrorsAreTheScatterOverSeeds) {
    constexpr int seeds = 60;
    std::vector<double> exponents, pulls;
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        const auto found = scaling_exponent(systems_of(seed), mean_of, inner);
        exponents.push_back(found.exponent.value);
        pulls.push_back(std::pow((found.exponent.value - exponent) / found.exponent.statistical, 2));
    }
    test::expect_mean_consistent(exponents, exponent, "exponent");
    test::expect_mean_consistent(pulls, 57.0 / 55.0, "squared pull");
}

TEST(ScalingExponent, TheOrderOfTimesDoesNotMatter) {
    auto systems = systems_of(7);
    const auto ascending = scaling_exponent(systems, mean_of, inner);
    for (MeasuredSystem& system : systems) {
        std::reverse(system.x.begin(), system.x.end());
        for (auto& batch : system.realisations.front()) std::reverse(batch.begin(), batch.end());
    }
    const auto descending = scaling_exponent(systems, mean_of, inner);
    EXPECT_NEAR(descending.exponent.value, ascending.exponent.value, 1e-12);
    EXPECT_NEAR(descending.exponent.statistical, ascending.exponent.statistical, 1e-12);
    EXPECT_EQ(descending.points, ascending.points);
}

TEST(ScalingExponent, TheCurveHasTheLargerOfBothErrors) {
    auto systems = systems_of(3, 6, 0.5);
    const SizedCurve curve = curve_of(systems[1], mean_of);
    const std::size_t middle = 13;  // x = 3.9, next to exponent * 8
    double mean = 0.0, square = 0.0;
    for (const auto& batches : systems[1].realisations) {
        measure::Moments all;
        for (const auto& batch : batches) all.merge(batch[middle]);
        mean += all.mean / 6.0;
        square += all.mean * all.mean / 6.0;
    }
    EXPECT_NEAR(curve.y[middle], mean, 1e-14);
    const double between = std::sqrt((square - mean * mean) * 6.0 / 5.0 / 6.0);
    EXPECT_NEAR(curve.error[middle], between, 1e-12);  // realisations differ by far more than their noise
    systems[1].realisations.resize(1);
    const SizedCurve one = curve_of(systems[1], mean_of);
    EXPECT_NEAR(one.error[middle], std::sqrt(0.02 / 480.0), 0.25 * std::sqrt(0.02 / 480.0));
    EXPECT_LT(one.error[middle], 0.3 * between);
}

// Draws of the disorder shift whole curves: the error must grow to their spread, here 0.5/sqrt(6) a system over sizes 4 to 12.
TEST(ScalingExponent, DisorderCountsInTheError) {
    const auto quiet = scaling_exponent(systems_of(5, 6, 0.0), mean_of, inner);
    const auto disordered = scaling_exponent(systems_of(5, 6, 0.5), mean_of, inner);
    EXPECT_GT(disordered.exponent.statistical, 4.0 * quiet.exponent.statistical);
    EXPECT_NEAR(disordered.exponent.value, exponent, 4.5 * disordered.exponent.statistical);
    EXPECT_NEAR(quiet.exponent.value, exponent, 4.5 * quiet.exponent.statistical);
}

// The smallest system off by 0.3: one exponent cannot hold for all, and its error says so.
TEST(ScalingExponent, ASmallSystemThatDoesNotScaleIsASystematicError) {
    auto systems = systems_of(2);
    std::mt19937_64 generator(8);
    systems.front().realisations = {batches_of(systems.front().x, 4.0, 0.3, generator)};
    const auto found = scaling_exponent(systems, mean_of, inner);
    EXPECT_GT(found.exponent.systematic, 2.0 * found.exponent.statistical);
    EXPECT_LT(std::abs(found.exponent.value - exponent), 2.0 * found.exponent.standard_error());
    EXPECT_GT(found.quality, 1.5);
}

TEST(ScalingExponent, OneSystemHasNone) {
    const auto systems = systems_of(1);
    const auto found = scaling_exponent(std::span(systems).first(1), mean_of, inner);
    EXPECT_TRUE(std::isnan(found.exponent.value));
    EXPECT_EQ(found.points, 0U);
}

}  // namespace
}  // namespace kairos::phases
