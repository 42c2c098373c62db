// Binder cumulant and susceptibility: closed forms against sums over the density of M, estimates against closed forms.
#include "kairos/phases/symmetry.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "phases/laws.hpp"
#include "support/consistent.hpp"
#include "support/samples.hpp"

namespace kairos::phases {
namespace {

using measure::MomentCurve;

// 4000 draws of |M| a batch at every time.
BatchCurves drawn(const std::vector<double>& deviations, int batches) {
    std::mt19937_64 generator(4);
    std::normal_distribution<double> normal;
    std::vector<MomentCurve> curves;
    for (int b = 0; b < batches; ++b) {
        MomentCurve curve;
        for (const double s : deviations) {
            std::vector<double> modulus(4000);
            for (double& m : modulus) m = std::abs(1.0 + s * normal(generator));
            curve.push_back(measure::moments_of(modulus));
        }
        curves.push_back(curve);
    }
    return [curves](const std::string& name) {
        return name == "order_parameter_modulus" ? curves : std::vector<MomentCurve>{};
    };
}

// s at every time, from alpha, sigma, m.
std::vector<double> deviations(const law::Law& law, const dynamics::Schedule& schedule,
                               const std::vector<Time>& times) {
    std::vector<double> found;
    for (const Time t : times) {
        const auto at = schedule.at(t);
        const double alpha2 = at.alpha * at.alpha;
        found.push_back(std::sqrt((at.sigma2 + alpha2 * law.two_clusters->variance_plus) /
                                  (alpha2 * law.two_clusters->mean_norm2)));
    }
    return found;
}

// <|M|^power> by a sum over the density of M = 1 + s z (that of -1 - s z is its mirror image).
double average(double s, int power) {
    double sum = 0.0;
    constexpr double step = 1e-3;
    for (double z = -12.0; z < 12.0; z += step)
        sum += std::pow(std::abs(1.0 + s * z), power) * std::exp(-0.5 * z * z) * step;
    return sum / std::sqrt(2.0 * std::numbers::pi);
}

TEST(Symmetry, ClosedFormsAreAveragesOverTheDensity) {
    const law::Law law = test::two_clusters(6.0, 0.5, 24.0);
    for (const auto& schedule : test::every_schedule()) {
        const std::vector<Time> times{schedule.t_min(),
                                      Time{0.5 * (schedule.t_min().value + schedule.t_max().value)}};
        const auto s = deviations(law, schedule, times);
        const auto curves = symmetry_curves(law, schedule, times, drawn(s, 2));
        for (std::size_t i = 0; i < times.size(); ++i) {
            const double square = average(s[i], 2), modulus = average(s[i], 1);
            EXPECT_NEAR(curves.at("binder").theory[i], 1.0 - average(s[i], 4) / (3.0 * square * square),
                        1e-6);
            const double wanted = 24.0 * (square - modulus * modulus);
            EXPECT_NEAR(curves.at("susceptibility").theory[i], wanted, 1e-5 * (wanted + square));
        }
    }
}

TEST(Symmetry, EstimatesAreWithinTheirErrors) {
    const law::Law law = test::two_clusters(16.0, 1.0, 16.0);
    const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {});
    const std::vector<Time> times{Time{0.2}, Time{1.0}, Time{1.5}, Time{2.5}};
    const auto curves = symmetry_curves(
        law, schedule, times,
        drawn(deviations(law, schedule, times), static_cast<int>(400 / test::sample_divisor)));
    for (const auto& [name, curve] : curves)
        for (std::size_t i = 0; i < times.size(); ++i) {
            test::expect_consistent(curve.value[i], curve.standard_error[i], curve.theory[i],
                                    name + " at " + std::to_string(times[i].value));
            // an error of one percent (of the range of the cumulant, 2/3) would show
            EXPECT_LT(test::largest_z * curve.standard_error[i],
                      std::sqrt(static_cast<double>(test::sample_divisor)) * 0.01 *
                          std::max(curve.value[i], 2.0 / 3.0));
        }
    EXPECT_EQ(curves.size(), 2U);
}

TEST(Symmetry, IsAbsentWhereItWasNotMeasuredAndHasNoTheoryOfUnequalClusters) {
    const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {});
    const std::vector<Time> times{Time{1.0}};
    law::Law law = test::two_clusters(16.0, 1.0, 16.0);
    EXPECT_TRUE(symmetry_curves(law, schedule, times, [](const std::string&) {
                    return std::vector<MomentCurve>{};
                }).empty());
    law.two_clusters->variance_minus = 2.0;
    EXPECT_TRUE(symmetry_curves(law, schedule, times, drawn({0.5}, 3)).at("binder").theory.empty());
}

}  // namespace
}  // namespace kairos::phases
