// Curves from made-up counts: densities, barriers, potentials of a known drift; closed forms against numerical integration of the drift.
#include "kairos/phases/landscape.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "dynamics/brute_force.hpp"
#include "phases/laws.hpp"

namespace kairos::phases {
namespace {

using measure::Landscape;
using measure::LandscapeSpec;

// |m|^2 = 9 in d = 16, reduced to m and 15 more directions; ou.
struct Clusters {
    law::Law law = test::two_clusters(9.0, 0.5, 16.0);
    dynamics::Schedule schedule{dynamics::ScheduleKind::ou, {}};
    LandscapeSpec spec = measure::landscape_of(
        law, {schedule.at(Time{0.3}), schedule.at(Time{1.0}), schedule.at(Time{2.5})}, 200);
};

LandscapeCurves curves_of(const Clusters& c, const Landscape& landscape, double trajectories) {
    return landscape_curves(c.law, c.schedule, c.spec, landscape, 0, trajectories);
}

TEST(LandscapeCurves, DensityIsThatOfTwoGaussiansAndVTheIntegralOfTheDrift) {
    const Clusters c;
    const auto curves = curves_of(c, Landscape(c.spec), 1.0);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& at = c.spec.times[i];
        const double gamma = at.sigma2 + 0.5 * at.alpha * at.alpha;
        // q = 3 x_1/4: mean +-9 alpha/4, variance 9 Gamma/16
        const auto density = [&](double q) {
            const double v = 9.0 * gamma / 16.0, m = 9.0 * at.alpha / 4.0;
            return (std::exp(-(q - m) * (q - m) / (2 * v)) + std::exp(-(q + m) * (q + m) / (2 * v))) /
                   (2.0 * std::sqrt(2.0 * std::numbers::pi * v));
        };
        const auto drift = [&](double q) {
            const double x = 4.0 * q / 3.0;
            return 0.75 * (x + 2.0 * (-x + 3.0 * at.alpha * std::tanh(3.0 * at.alpha * x / gamma)) / gamma);
        };
        const auto at_bin = [&](const std::vector<double>& values, Index b) {
            return values[i * 200 + static_cast<std::size_t>(b)];
        };
        const double width = c.spec.width(0);
        for (const Index b : {20, 77, 100, 140}) {
            double inside = 0.0, integral = 0.0;
            for (int k = 0; k < 100; ++k) {
                const double step = (k + 0.5) / 100.0 * width;
                inside += density(c.spec.centre(0, b) - 0.5 * width + step) / 100.0;
                integral -= drift(c.spec.centre(0, b) + step) * width / 100.0;
            }
            EXPECT_NEAR(at_bin(curves.density_theory, b), inside, 1e-5 * inside + 1e-12);
            EXPECT_NEAR(at_bin(curves.drift_theory, b + 1) - at_bin(curves.drift_theory, b), integral,
                        1e-5 * (std::abs(integral) + width));
        }
    }
    // alpha^2 9 = 1 - alpha^2 + alpha^2/2
    EXPECT_NEAR(curves.second_well_theory, 0.5 * std::log(9.5), 1e-9);
}

// Counts by hand: one well, two wells with a barrier of log(400/100), two that noise could make.
TEST(LandscapeCurves, SeesABarrierBetweenTwoWells) {
    Clusters c;
    c.spec.bins = 5;
    Landscape landscape(c.spec);
    const std::vector<std::vector<std::int64_t>> counts{
        {400, 100, 150, 900, 0}, {10, 400, 900, 300, 0}, {100, 95, 110, 20, 5}};
    std::ranges::copy(counts[0], landscape.counts().begin());
    std::ranges::copy(counts[1], landscape.counts().begin() + 5);
    std::ranges::copy(counts[2], landscape.counts().begin() + 10);
    const auto curves = curves_of(c, landscape, 2000.0);
    EXPECT_NEAR(curves.barrier[0], std::log(4.0), 1e-14);
    EXPECT_NEAR(curves.barrier_stderr[0], std::sqrt(1.0 / 400.0 + 1.0 / 100.0), 1e-14);
    EXPECT_TRUE(std::isnan(curves.barrier[1]));
    EXPECT_TRUE(std::isnan(curves.barrier[2]));
    EXPECT_EQ(curves.second_well, 0.3);
    EXPECT_NEAR(curves.free_energy_difference[0], -std::log((150.0 + 900.0) / 400.0), 1e-14);
    EXPECT_NEAR(curves.free_energy_difference_stderr[0], std::sqrt(1.0 / 400.0 + 1.0 / 1050.0), 1e-14);
    EXPECT_EQ(curves.well_low[0], c.spec.centre(0, 0));
    EXPECT_EQ(curves.barrier_position[0], c.spec.centre(0, 1));
    EXPECT_EQ(curves.well_high[0], c.spec.centre(0, 3));
    for (const auto* curve :
         {&curves.free_energy_difference, &curves.free_energy_difference_theory, &curves.barrier_position})
        EXPECT_TRUE(std::isnan((*curve)[1]) && std::isnan((*curve)[2]));
    const double share = 400.0 / 2000.0, width = c.spec.width(0);
    EXPECT_NEAR(curves.density[0], share / width, 1e-14);
    EXPECT_NEAR(curves.density_stderr[0], std::sqrt(share * 0.8 / 2000.0) / width, 1e-14);
    EXPECT_NEAR(curves.potential[0], -std::log(share / width), 1e-13);
    EXPECT_TRUE(std::isnan(curves.potential[4]));
}

// Wells far apart: the barrier is where nothing is, not the flank that stands out most; on its noisy top it is not the luckiest bin.
TEST(LandscapeCurves, TheBarrierIsTheHighestPlaceBetweenTheWells) {
    Clusters c;
    c.spec.bins = 11;
    Landscape landscape(c.spec);
    const std::vector<std::vector<std::int64_t>> counts{
        {60, 9000, 70, 2, 0, 0, 0, 1, 80, 7000, 50},
        {900, 9000, 2000, 330, 65, 60, 75, 340, 2100, 8800, 900},
        {900, 9000, 2000, 70, 240, 80, 65, 75, 2100, 8800, 900}};
    for (std::size_t i = 0; i < counts.size(); ++i)
        std::ranges::copy(counts[i], landscape.counts().begin() + static_cast<std::ptrdiff_t>(11 * i));
    const auto curves = curves_of(c, landscape, 25000.0);
    EXPECT_EQ(curves.barrier_position[0], c.spec.centre(0, 5));
    EXPECT_TRUE(std::isnan(curves.barrier[0]) && std::isnan(curves.barrier_stderr[0]));
    EXPECT_NEAR(curves.free_energy_difference[0], -std::log(7131.0 / 9132.0), 1e-14);
    EXPECT_EQ(curves.barrier_position[1], c.spec.centre(0, 5));
    EXPECT_NEAR(curves.barrier[1], std::log(8800.0 / 60.0), 1e-14);
    EXPECT_EQ(curves.barrier_position[2], c.spec.centre(0, 6));
}

// Wells of a hundred: an empty bin where a hundred were expected is no accident, though its logarithm has no error to judge that by.
TEST(LandscapeCurves, TheBarrierBetweenSmallWellsIsWhereNothingIs) {
    Clusters c;
    c.spec.bins = 11;
    Landscape landscape(c.spec);
    const std::vector<std::int64_t> counts{5, 100, 30, 0, 0, 0, 0, 0, 30, 100, 5};
    std::ranges::copy(counts, landscape.counts().begin());
    const auto curves = curves_of(c, landscape, 270.0);
    EXPECT_EQ(curves.barrier_position[0], c.spec.centre(0, 5));
    EXPECT_EQ(curves.well_low[0], c.spec.centre(0, 1));
    EXPECT_EQ(curves.well_high[0], c.spec.centre(0, 9));
}

// Counts that are those of the density itself, with clusters of weights 0.8 and 0.2: theory and estimate divide at the same bin, and the
// share of each side is a sum of midpoints of the two Gaussians.
TEST(LandscapeCurves, TheFreeEnergyDifferenceIsThatOfTheSharesOnBothSides) {
    Clusters c;
    c.law.mixture.weights = Vector{{0.8, 0.2}};
    const Landscape empty(c.spec);
    const auto density = curves_of(c, empty, 1.0).density_theory;
    Landscape landscape(c.spec);
    for (std::size_t b = 0; b < 200; ++b)
        landscape.counts()[b] = std::llround(1e9 * c.spec.width(0) * density[b]);
    const auto curves = curves_of(c, landscape, 1e9);
    const auto& at = c.spec.times[0];
    const double gamma = at.sigma2 + 0.5 * at.alpha * at.alpha, v = 9.0 * gamma / 16.0;
    const double divide = curves.barrier_position[0], half = 0.5 * c.spec.width(0);
    double below = 0.0, above = 0.0;
    for (int k = 0; k < 200000; ++k) {
        const double q = -20.0 + 40.0 * (k + 0.5) / 200000.0;
        double p = 0.0;
        for (Index j = 0; j < 2; ++j) {
            const double mean = at.alpha * 3.0 / 4.0 * c.law.mixture.means(0, j);
            p += c.law.mixture.weights[j] * std::exp(-(q - mean) * (q - mean) / (2.0 * v));
        }
        if (q < divide - half) below += p;
        if (q > divide + half) above += p;
    }
    EXPECT_NEAR(curves.free_energy_difference_theory[0], std::log(below / above), 1e-4);
    EXPECT_NEAR(curves.free_energy_difference[0], std::log(below / above), 1e-4);
    const double lighter = c.law.mixture.means(0, 0) < 0.0 ? 1.0 : -1.0;  // the upper well holds 1/5, or 4/5
    EXPECT_NEAR(curves.free_energy_difference[0], lighter * std::log(4.0), 0.1);
}

// Mean drifts 1, 3, -1 in three bins: V falls by 2 w, then by w; the lowest point is 0; nothing is known beyond an empty bin, nor of a
// bin that stands alone.
TEST(LandscapeCurves, IntegratesTheMeanDrift) {
    Clusters c;
    c.spec.bins = 6;
    Landscape landscape(c.spec);
    const double width = c.spec.width(0), unit = c.spec.drift_unit(0, 0);
    const std::vector<std::pair<std::int64_t, double>> bins{{0, 0.0},  {10, 1.0}, {20, 3.0},
                                                            {5, -1.0}, {0, 0.0},  {7, 2.0}};
    for (std::size_t b = 0; b < bins.size(); ++b) {
        landscape.counts()[b] = bins[b].first;
        landscape.drifts()[b] = std::llround(static_cast<double>(bins[b].first) * bins[b].second / unit);
    }
    const auto curves = curves_of(c, landscape, 35.0);
    EXPECT_TRUE(std::isnan(curves.drift_potential[0]));
    EXPECT_NEAR(curves.drift_potential[1], 3.0 * width, 1e-6);
    EXPECT_NEAR(curves.drift_potential[2], width, 1e-6);
    EXPECT_NEAR(curves.drift_potential[3], 0.0, 1e-12);
    EXPECT_TRUE(std::isnan(curves.drift_potential[4]));
    EXPECT_TRUE(std::isnan(curves.drift_potential[5]));
}

}  // namespace
}  // namespace kairos::phases
