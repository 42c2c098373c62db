// Class theory against brute-force integrals, expansions, finite differences and Monte Carlo.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "kairos/phases/theory.hpp"
#include "phases/class_brute_force.hpp"

namespace {

using namespace kairos;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;
using phases::class_theory;
using phases::ClassTheory;
using test::noised;
using test::radial_by_brute_force;
using test::slope;
using test::two_clusters_by_brute_force;
using Reference = test::ClassReference;

const double log2_ = std::log(2.0);

void expect_equal(const ClassTheory& theory, const Reference& reference, double diffusion2) {
    EXPECT_NEAR(reference.mass, 1.0, 1e-11);
    EXPECT_NEAR(theory.entropy, reference.entropy, 1e-10);
    EXPECT_NEAR(theory.collision, reference.collision, 1e-10);
    EXPECT_NEAR(theory.varentropy, reference.varentropy, 1e-10);
    EXPECT_NEAR(theory.entropy_variance, reference.entropy2 - reference.entropy * reference.entropy, 1e-10);
    EXPECT_NEAR(theory.entropy_rate / (0.5 * diffusion2 * reference.spread), 1.0, 1e-8);
}

TEST(TwoClusterTheory, ReproducesThePublishedCollisionProbabilities) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.01, .t_max = 10.0});
    const auto theory = class_theory(test::two_clusters(1024.0, 1.0, 1024.0));
    const std::vector<std::pair<double, double>> published = {
        {2.5, 0.9934}, {3.0, 0.9176}, {3.5, 0.7644}, {4.0, 0.6319}, {4.5, 0.5565}};

    for (const auto& [t, phi] : published)
        EXPECT_NEAR(theory(ou.at(Time{t})).collision, phi, 5e-5) << "t = " << t;
}

TEST(TwoClusterTheory, EqualsABruteForceIntegralForEverySignalStrengthAndWeight) {
    for (const double weight : {0.5, 0.3, 0.999}) {
        for (const double norm2 : {0.0025, 0.3, 3.9, 4.1, 17.0, 60.0}) {
            const TimePoint at = noised(0.8, 0.5);
            const ClassTheory theory = class_theory(test::two_clusters(norm2, 0.7, 10.0, weight))(at);

            SCOPED_TRACE("weight " + std::to_string(weight) + ", |m|^2 = " + std::to_string(norm2));
            expect_equal(theory, two_clusters_by_brute_force(norm2, 0.7, weight, at), at.diffusion2);
        }
    }
}

// What little entropy there is comes from where rare data balance the odds: E[h] over x, h = log(1 + e) + |L| e/(1 + e), e = exp(-|L|).
TEST(TwoClusterTheory, KeepsItsDigitsHoweverUnequalTheWeights) {
    for (const double weight : {1e-6, 1e-40, 1e-80})
        for (const double snr : {1.0, 5.0, 20.0, 50.0, 150.0, 400.0}) {
            const ClassTheory theory =
                class_theory(test::two_clusters(snr, 0.0, 4.0, weight))(noised(1.0, 1.0));
            const double mean = std::sqrt(snr), reach = mean + 35.0, step = 1e-3,
                         prior = std::log(weight / (1.0 - weight));
            double entropy = 0.0, varentropy = 0.0;
            for (double x = -reach; x < reach; x += step) {
                const double odds = prior + 2.0 * mean * x, e = std::exp(-std::abs(odds));
                const double p = step / std::sqrt(2.0 * std::numbers::pi) *
                                 (weight * std::exp(-0.5 * (x - mean) * (x - mean)) +
                                  (1.0 - weight) * std::exp(-0.5 * (x + mean) * (x + mean)));
                entropy += p * (std::log1p(e) + std::abs(odds) * e / (1.0 + e));
                varentropy += p * e / ((1.0 + e) * (1.0 + e)) * odds * odds;
            }
            EXPECT_NEAR(theory.entropy / entropy, 1.0, 1e-9) << weight << ", " << snr;
            EXPECT_NEAR(theory.varentropy / varentropy, 1.0, 1e-9) << weight << ", " << snr;
        }
}

TEST(TwoClusterTheory, FollowsItsExpansionWhereTheSignalIsWeak) {
    for (const double snr : {1e-12, 1e-6, 1e-4}) {
        const ClassTheory theory = class_theory(test::two_clusters(snr, 0.0, 4.0))(noised(1.0, 1.0));

        EXPECT_NEAR(theory.entropy, log2_ - 0.5 * snr, snr * snr + 1e-14) << snr;
        EXPECT_NEAR(theory.collision, 0.5 + 0.5 * snr, snr * snr + 1e-14) << snr;
        EXPECT_NEAR(theory.varentropy / snr, 1.0, 10 * snr + 1e-9) << snr;
        EXPECT_NEAR(theory.entropy_variance / (0.5 * snr * snr), 1.0, 10 * snr + 0.01)
            << snr;  // h carries 1e-16 of log 2
        EXPECT_NEAR(theory.entropy_rate / snr, 1.0, 2 * snr + 1e-12) << snr;
    }
}

// Far below the rounding of its quadrature's weights, wherever that falls.
TEST(TwoClusterTheory, TheVarianceOfTheEntropyKeepsItsDigits) {
    for (double snr = 1e-11; snr < 1e-6; snr *= 1.2)
        EXPECT_NEAR(class_theory(test::two_clusters(snr, 0.0, 4.0))(noised(1.0, 1.0)).entropy_variance /
                        (0.5 * snr * snr),
                    1.0, 0.01)
            << snr;
}

TEST(TwoClusterTheory, FollowsItsAsymptoticsWhereTheSignalIsStrong) {
    for (const double snr : {400.0, 1000.0}) {
        const ClassTheory theory = class_theory(test::two_clusters(snr, 0.0, 4.0))(noised(1.0, 1.0));
        const double product =
            0.5 * std::numbers::pi / std::sqrt(8 * std::numbers::pi * snr) * std::exp(-0.5 * snr) *
            (1.0 - std::pow(std::numbers::pi, 2) / (8 * snr));  // E[w_+ w_-], next order 4/snr^2

        EXPECT_NEAR(theory.entropy_rate / (4.0 * snr * product), 1.0, 5.0 / (snr * snr)) << snr;
        EXPECT_NEAR(theory.collision, 1.0, 1e-15) << snr;
    }
    const ClassTheory decided = class_theory(test::two_clusters(1e8, 0.0, 4.0))(noised(1.0, 1.0));
    EXPECT_EQ(decided.entropy, 0.0);
    EXPECT_EQ(decided.collision, 1.0);
    EXPECT_EQ(decided.entropy_variance, 0.0);
    EXPECT_EQ(decided.entropy_rate, 0.0);
}

TEST(TwoClusterTheory, KnowsNothingOfTheClassWithoutSeparation) {
    const ClassTheory theory = class_theory(test::two_clusters(0.0, 1.0, 4.0, 0.25))(noised(0.5, 0.5));

    EXPECT_NEAR(theory.entropy, -0.25 * std::log(0.25) - 0.75 * std::log(0.75), 1e-15);
    EXPECT_NEAR(theory.collision, 0.625, 1e-15);
    EXPECT_EQ(theory.entropy_variance, 0.0);
    EXPECT_EQ(theory.entropy_rate, 0.0);
}

TEST(ClassTheory, ObeysTheLawOfTotalVariance) {
    const TimePoint at = noised(0.6, 0.64);
    const ClassTheory two = class_theory(test::two_clusters(6.0, 1.0, 8.0, 0.35))(at);
    const Reference two_reference = two_clusters_by_brute_force(6.0, 1.0, 0.35, at);
    const law::Law radial_law = test::unequal_variances({0.1, 4.0}, {0.4, 0.6}, 3.0, {0, 1});
    const ClassTheory radial = class_theory(radial_law)(at);
    const Reference radial_reference = radial_by_brute_force(radial_law.mixture, at);

    EXPECT_NEAR(two.entropy_variance + two.varentropy,
                two_reference.surprisal2 - two_reference.entropy * two_reference.entropy, 1e-10);
    EXPECT_NEAR(radial.entropy_variance + radial.varentropy,
                radial_reference.surprisal2 - radial_reference.entropy * radial_reference.entropy, 1e-10);
}

TEST(ClassTheory, RateIsTheSlopeOfTheEntropyOnEverySchedule) {
    const std::vector<law::Law> laws = {
        test::two_clusters(20.0, 0.5, 20.0, 0.4),
        test::unequal_variances({0.2, 1.0, 5.0}, {0.3, 0.3, 0.4}, 30.0, {0, 1, 0})};
    for (const law::Law& law : laws) {
        const auto theory = class_theory(law);
        for (const Schedule& schedule : test::every_schedule()) {
            for (const double log_snr : {-4.0, -2.0, 0.0, 1.0}) {
                const double t = schedule.time_of(LogSnr{log_snr}).value;
                const double h = 1e-3 * schedule.sigma2(Time{t}) / schedule.diffusion2(Time{t});
                const double measured =
                    slope([&](double u) { return theory(schedule.at(Time{u})).entropy; }, t, h);

                EXPECT_NEAR(theory(schedule.at(Time{t})).entropy_rate / measured, 1.0, 1e-7)
                    << law.model << ", " << test::name_of(schedule) << ", log snr " << log_snr;
            }
        }
    }
}

TEST(ClassTheory, EntropiesDependOnTheSignalToNoiseRatioAlone) {
    const auto theory = class_theory(test::two_clusters(50.0, 1.5, 50.0));
    for (const double log_snr : {-5.0, -3.0, -1.0}) {
        const ClassTheory expected = theory(noised(1.0, std::exp(-log_snr)));
        for (const Schedule& schedule : test::every_schedule()) {
            const ClassTheory found = theory(schedule.at(schedule.time_of(LogSnr{log_snr})));

            EXPECT_NEAR(found.entropy, expected.entropy, 1e-11) << test::name_of(schedule);
            EXPECT_NEAR(found.collision, expected.collision, 1e-11) << test::name_of(schedule);
            EXPECT_NEAR(found.varentropy, expected.varentropy, 1e-11) << test::name_of(schedule);
            EXPECT_NEAR(found.entropy_variance, expected.entropy_variance, 1e-11) << test::name_of(schedule);
        }
    }
}

TEST(RadialTheory, EqualsABruteForceIntegralOverTheRadius) {
    const std::vector<std::vector<std::int64_t>> labels = {{0, 1, 2}, {4, 7, 4}};
    for (const double d : {1.0, 2.0, 3.0, 40.0}) {
        for (const auto& label : labels) {
            for (const TimePoint& at : {noised(0.9, 0.05), noised(0.4, 0.84), noised(0.02, 1.0)}) {
                const law::Law law = test::unequal_variances({0.3, 0.0, 6.0}, {0.2, 0.5, 0.3}, d, label);

                SCOPED_TRACE("d = " + std::to_string(d) + ", sigma2 = " + std::to_string(at.sigma2));
                expect_equal(class_theory(law)(at), radial_by_brute_force(law.mixture, at), at.diffusion2);
            }
        }
    }
}

TEST(RadialTheory, ResolvesVariancesThatDifferByManyOrders) {
    const law::Law law = test::unequal_variances({0.0, 1e4}, {0.5, 0.5}, 1.0, {0, 1});
    const TimePoint at = noised(1.0, 1e-4);

    expect_equal(class_theory(law)(at), radial_by_brute_force(law.mixture, at), at.diffusion2);
}

TEST(RadialTheory, EqualsMonteCarloInManyDimensions) {
    const double d = 2000.0;
    const law::Law law = test::unequal_variances({1.0, 1.5, 1.2}, {0.5, 0.3, 0.2}, d, {0, 1, 2});
    const TimePoint at = noised(0.4, 0.84);
    const ClassTheory theory = class_theory(law)(at);
    std::mt19937_64 engine(20240607);
    std::chi_squared_distribution<double> chi2(d);
    std::uniform_real_distribution<double> uniform;
    const int draws = 200000;
    double h1 = 0, h2 = 0, c1 = 0, c2 = 0;
    for (int i = 0; i < draws; ++i) {
        const double u = uniform(engine);
        const Index k = u < 0.5 ? 0 : u < 0.8 ? 1 : 2;
        Eigen::Array3d v, l;
        for (Index j = 0; j < 3; ++j) v(j) = 0.16 * law.mixture.covariance(j).isotropic + 0.84;
        const double r2 = v(k) * chi2(engine);
        l = law.mixture.weights.array().log() - 0.5 * d * v.log() - 0.5 * r2 / v;
        const Eigen::Array3d w = (l - l.maxCoeff()).exp() / (l - l.maxCoeff()).exp().sum();
        const double h = -(w * (w + 1e-300).log()).sum(), c = w.square().sum();
        h1 += h, h2 += h * h, c1 += c, c2 += c * c;
    }
    const double h_error = std::sqrt((h2 / draws - h1 * h1 / draws / draws) / draws);
    const double c_error = std::sqrt((c2 / draws - c1 * c1 / draws / draws) / draws);

    EXPECT_LT(std::abs(h1 / draws - theory.entropy), 4.5 * h_error);
    EXPECT_LT(std::abs(c1 / draws - theory.collision), 4.5 * c_error);
    EXPECT_LT(h_error, 0.002 * theory.entropy);
}

// Large d: the log odds of two nearly equal variances are Gaussian, N(+-D^2/4.., D^2) with D^2 = (d/2)
// delta^2: two clusters with snr_c = D^2/4, up to O(1/sqrt(d)).
TEST(RadialTheory, BecomesAGaussianChannelInABillionDimensions) {
    const double d = 1e9;
    for (const double width : {0.5, 2.0, 6.0}) {
        const double delta = width / std::sqrt(0.5 * d);
        const ClassTheory found = class_theory(
            test::unequal_variances({1.0, 1.0 + delta}, {0.5, 0.5}, d, {0, 1}))(noised(1.0, 1e-12));
        const ClassTheory limit =
            class_theory(test::two_clusters(0.25 * width * width, 0.0, d))(noised(1.0, 1.0));

        EXPECT_NEAR(found.entropy, limit.entropy, 1e-4);
        EXPECT_NEAR(found.collision, limit.collision, 1e-4);
        EXPECT_NEAR(found.varentropy, limit.varentropy, 1e-4);
        EXPECT_NEAR(found.entropy_variance, limit.entropy_variance, 1e-4);
    }
    const ClassTheory far =
        class_theory(test::unequal_variances({1.0, 3.0}, {0.5, 0.5}, d, {0, 1}))(noised(1.0, 0.5));
    EXPECT_NEAR(far.entropy, 0.0, 1e-12);
    EXPECT_NEAR(far.collision, 1.0, 1e-9);
    EXPECT_TRUE(std::isfinite(far.entropy_rate));
}

TEST(ClassTheory, IsAbsentWhereOneDimensionDoesNotSuffice) {
    law::Law unequal = test::two_clusters(4.0, 1.0, 4.0);
    unequal.two_clusters->variance_minus = 2.0;
    law::Law three = test::unequal_variances({1.0, 2.0}, {0.5, 0.5}, 4.0, {0, 1});
    three.mixture.means = Matrix{{0.0, 0.1}};
    law::Law unlabelled = test::unequal_variances({1.0, 2.0}, {0.5, 0.5}, 4.0, {0, 1});
    unlabelled.mixture.labels = {};
    const law::Law data = test::empirical(test::two_clusters(4.0, 1.0, 4.0), 10);

    EXPECT_FALSE(class_theory(unequal));
    EXPECT_FALSE(class_theory(three));
    EXPECT_FALSE(class_theory(unlabelled));
    EXPECT_FALSE(class_theory(data));
}

}  // namespace
