// Whether E[e^-D] can be told: the closed second moment against two-dimensional quadrature of its definition.
// The function only answers yes or no, so its threshold on the number of trajectories, 100 E[e^-2D], is
// bracketed from both sides.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "dynamics/brute_force.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/measure/identities.hpp"

namespace kairos::measure {
namespace {

using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;
using test::diagonal;
using test::directed;
using test::isotropic;

double log_normal(double x, double mean, double variance) {
    return -0.5 * (std::log(2.0 * std::numbers::pi * variance) + (x - mean) * (x - mean) / variance);
}

// E[e^-2D] of one coordinate with law N(mean, variance), by the trapezoid over x_1 and the noise of the step;
// D from its definition, with phi = f/g^2 the same at both times.
double second_moment(double mean, double variance, const TimePoint& begin, const TimePoint& end, double phi) {
    const double v1 = begin.alpha * begin.alpha * variance + begin.sigma2;
    const double v2 = end.alpha * end.alpha * variance + end.sigma2;
    const double ratio = end.alpha / begin.alpha;
    const double q2 = end.sigma2 - ratio * ratio * begin.sigma2;
    const double reach = 40.0, step = 0.05;
    double sum = 0.0;
    for (double u = -reach; u <= reach; u += step) {
        for (double xi = -reach; xi <= reach; xi += step) {
            const double x1 = begin.alpha * mean + std::sqrt(v1) * u, x2 = ratio * x1 + std::sqrt(q2) * xi;
            const double d = log_normal(x1, begin.alpha * mean, v1) - log_normal(x2, end.alpha * mean, v2) +
                             phi * (x2 * x2 - x1 * x1);
            sum += std::exp(-0.5 * (u * u + xi * xi) - 2.0 * d);
        }
    }
    return sum * step * step / (2.0 * std::numbers::pi);
}

law::Mixture gaussian(const Vector& mean, const law::Covariance& covariance, double complement = 0.0) {
    law::Mixture mixture;
    mixture.means = mean;
    mixture.weights = Vector::Ones(1);
    mixture.covariances = {covariance};
    mixture.complement = complement;
    return mixture;
}

void expect_threshold(const law::Mixture& mixture, const TimePoint& begin, const TimePoint& end,
                      double moment) {
    EXPECT_FALSE(fluctuation_reportable(mixture, begin, end, 100.0 * moment * (1.0 - 1e-6)))
        << "moment " << moment;
    EXPECT_TRUE(fluctuation_reportable(mixture, begin, end, 100.0 * moment * (1.0 + 1e-6)))
        << "moment " << moment;
}

TEST(FluctuationReportable, EqualsQuadratureInOneDimension) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.1, .t_max = 3.0});
    const Schedule ve(ScheduleKind::ve, {.t_min = 0.1, .t_max = 3.0});
    for (const double mean : {0.0, 0.6}) {
        for (const double variance : {0.7, 1.4}) {
            const law::Mixture law = gaussian(Vector{{mean}}, isotropic(variance));
            const TimePoint ou_end = ou.at(Time{0.25}), ve_end = ve.at(Time{0.25});
            expect_threshold(law, ou.at(Time{0.1}), ou_end,
                             second_moment(mean, variance, ou.at(Time{0.1}), ou_end, -0.5));
            expect_threshold(law, ve.at(Time{0.1}), ve_end,
                             second_moment(mean, variance, ve.at(Time{0.1}), ve_end, 0.0));
        }
    }
}

TEST(FluctuationReportable, UnderVarianceExplosionEndsWhereTheNoiseAddsAThirdOfTheVariance) {
    const Schedule ve(ScheduleKind::ve, {.t_min = 0.2, .t_max = 9.0});
    const law::Mixture law = gaussian(Vector{{3.0}}, isotropic(1.3));  // Gamma_1 = 1.5
    const double many = 1e200;

    EXPECT_TRUE(fluctuation_reportable(law, ve.at(Time{0.2}), ve.at(Time{0.2 + 0.5 - 1e-6}), many));
    EXPECT_FALSE(fluctuation_reportable(law, ve.at(Time{0.2}), ve.at(Time{0.2 + 0.5 + 1e-6}), many));
    EXPECT_FALSE(fluctuation_reportable(law, ve.at(Time{0.2}), ve.at(Time{9.0}), many));
}

// Largest exponent of the integrand of E[e^-2D] over the directions of (x_1, noise): the integral is finite
// iff it is negative.
double largest_exponent(double variance, const TimePoint& begin, const TimePoint& end, double phi) {
    const double v1 = begin.alpha * begin.alpha * variance + begin.sigma2;
    const double v2 = end.alpha * end.alpha * variance + end.sigma2;
    const double ratio = end.alpha / begin.alpha, q2 = end.sigma2 - ratio * ratio * begin.sigma2;
    double largest = -1e300;
    for (int i = 0; i < 20000; ++i) {
        const double angle = i * std::numbers::pi / 20000;
        const double x1 = std::sqrt(v1) * std::cos(angle), x2 = ratio * x1 + std::sqrt(q2) * std::sin(angle);
        const double d = x2 * x2 / (2.0 * v2) - x1 * x1 / (2.0 * v1) + phi * (x2 * x2 - x1 * x1);
        largest = std::max(largest, -0.5 - 2.0 * d);
    }
    return largest;
}

TEST(FluctuationReportable, EndsWhereTheIntegrandGrowsInSomeDirection) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.02, .t_max = 5.0});
    const TimePoint begin = ou.at(Time{0.02});
    int finite = 0, infinite = 0;
    for (const double variance : {0.0, 0.03, 0.2, 0.9, 3.0, 30.0}) {
        for (const double t : {0.025, 0.03, 0.05, 0.1, 0.3, 1.0, 4.0}) {
            const double largest = largest_exponent(variance, begin, ou.at(Time{t}), -0.5);
            ASSERT_GT(std::abs(largest), 1e-5) << "too close to tell";
            const law::Mixture law = gaussian(Vector{{0.0}}, isotropic(variance));

            EXPECT_EQ(fluctuation_reportable(law, begin, ou.at(Time{t}), 1e200), largest < 0.0)
                << "variance " << variance << ", t " << t;
            ++(largest < 0.0 ? finite : infinite);
        }
    }
    EXPECT_GT(finite, 5);
    EXPECT_GT(infinite, 5);
}

TEST(FluctuationReportable, MultipliesDirectionsAndCountsTheComplement) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.1, .t_max = 3.0});
    const TimePoint begin = ou.at(Time{0.1}), end = ou.at(Time{0.2});
    const law::Covariance covariance = diagonal(0.8, Vector{{0.5, -0.2}});
    const double complement = 5.0;
    const double moment = second_moment(0.4, 1.3, begin, end, -0.5) *
                          second_moment(-0.7, 0.6, begin, end, -0.5) *
                          std::pow(second_moment(0.0, 0.8, begin, end, -0.5), complement);
    expect_threshold(gaussian(Vector{{0.4, -0.7}}, covariance, complement), begin, end, moment);

    // the same law turned: eigenvectors as directions
    const double c = std::cos(0.7), s = std::sin(0.7);
    const Matrix turn{{c, -s}, {s, c}};
    const law::Covariance turned = directed(0.8, turn, Vector{{0.5, -0.2}});
    expect_threshold(gaussian(turn * Vector{{0.4, -0.7}}, turned, complement), begin, end, moment);
}

TEST(FluctuationReportable, AveragesComponentsAndNeedsAllOfThemFinite) {
    const Schedule ve(ScheduleKind::ve, {.t_min = 0.1, .t_max = 3.0});
    const TimePoint begin = ve.at(Time{0.1}), end = ve.at(Time{0.2});
    law::Mixture law = gaussian(Vector{{0.0}}, isotropic(1.0));
    law.means = Matrix{{-1.0, 1.0}};
    law.weights = Vector{{0.3, 0.7}};
    law.covariances = {isotropic(0.3), isotropic(1.0)};
    expect_threshold(
        law, begin, end,
        0.3 * second_moment(-1.0, 0.3, begin, end, 0.0) + 0.7 * second_moment(1.0, 1.0, begin, end, 0.0));

    law.covariances[0].isotropic = 0.1;  // Gamma_1/3 = 0.0667 < 0.1
    EXPECT_FALSE(fluctuation_reportable(law, begin, end, 1e200));
}

TEST(FluctuationReportable, IsTrivialAtTheStartAndUnknownWhereTheRatioDependsOnTime) {
    const Schedule flow(ScheduleKind::flow_matching, {.t_min = 0.1, .t_max = 0.9});
    const law::Mixture law = gaussian(Vector{{0.0}}, isotropic(1.0));

    EXPECT_TRUE(fluctuation_reportable(law, flow.at(Time{0.1}), flow.at(Time{0.1}), 2.0));
    EXPECT_FALSE(fluctuation_reportable(law, flow.at(Time{0.1}), flow.at(Time{0.11}), 1e200));
}

// Standard normal data under ou are in equilibrium: D = 0, whatever the time and the dimension.
TEST(FluctuationReportable, HoldsInEquilibriumForABillionDimensions) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.1, .t_max = 5.0});
    const law::Mixture law = gaussian(Vector{{0.0}}, isotropic(1.0), 1e9 - 1.0);

    EXPECT_TRUE(fluctuation_reportable(law, ou.at(Time{0.1}), ou.at(Time{5.0}), 1000.0));
}

}  // namespace
}  // namespace kairos::measure
