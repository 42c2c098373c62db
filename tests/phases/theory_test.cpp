// The curves of the theory against sums over spectra, brute-force integrals and finite differences.
#include "kairos/phases/theory.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "phases/class_brute_force.hpp"

namespace {

using namespace kairos;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;
using test::slope;
using test::two_clusters_by_brute_force;

law::Law one_gaussian() {
    law::Law law;
    law.mixture.means = Matrix::Constant(3, 1, 0.7);
    law.mixture.weights = Vector::Ones(1);
    law::Covariance covariance;
    covariance.isotropic = 0.5;
    covariance.diagonal = Eigen::Vector3d(0.0, 1.0, 3.0);
    law.mixture.covariances = {covariance};
    law.mixture.complement = 2.0;
    return law;
}

TEST(TheoryCurves, OfOneGaussianAreSumsOverItsSpectrum) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.01, .t_max = 5.0});
    const std::vector<Time> times = {Time{0.05}, Time{0.5}, Time{2.0}};
    const auto curves = phases::theory_curves(one_gaussian(), ou, times);
    const auto entropy = phases::closed_entropy(one_gaussian(), ou, times);

    for (std::size_t i = 0; i < times.size(); ++i) {
        const TimePoint at = ou.at(times[i]);
        double rate = 0, norm2 = 0, information = 0, trace = 0;
        for (const double s2 : {0.5, 1.5, 3.5, 0.5, 0.5}) {
            const double v = at.alpha * at.alpha * s2 + at.sigma2, posterior = s2 * at.sigma2 / v;
            rate += 0.5 * at.diffusion2 * at.alpha * at.alpha / (at.sigma2 * at.sigma2) * posterior;
            norm2 += 1.0 / v, trace += posterior, information += 0.5 * std::log(v / at.sigma2);
        }
        EXPECT_NEAR(curves.at("entropy_rate")[i], rate, 1e-12 * rate);
        EXPECT_NEAR(curves.at("score_norm2")[i], norm2, 1e-11 * norm2);
        EXPECT_NEAR(curves.at("score_divergence")[i], -norm2, 1e-11 * norm2);
        EXPECT_NEAR(curves.at("posterior_variance")[i], trace, 1e-12 * trace);
        EXPECT_NEAR(entropy[i], -information, 1e-12 * information);
    }
    EXPECT_FALSE(curves.contains("class_entropy"));
    EXPECT_FALSE(curves.contains("datum_entropy"));
}

TEST(TheoryCurves, OfTwoClustersHoldTheirScoreNorm) {
    const Schedule edm(ScheduleKind::edm, {.t_min = 0.1, .t_max = 20.0});
    const law::Law law = test::two_clusters(9.0, 0.6, 16.0, 0.3);
    const std::vector<Time> times = {Time{0.4}, Time{2.0}, Time{9.0}};
    const auto curves = phases::theory_curves(law, edm, times);

    for (std::size_t i = 0; i < times.size(); ++i) {
        const TimePoint at = edm.at(times[i]);
        const double norm2 = 15.0 / (at.sigma2 + 0.6) + two_clusters_by_brute_force(9.0, 0.6, 0.3, at).score2;
        EXPECT_NEAR(curves.at("score_norm2")[i], norm2, 1e-8 * norm2);
        EXPECT_NEAR(curves.at("entropy_rate")[i],
                    0.5 * at.diffusion2 / at.sigma2 * (16.0 - at.sigma2 * norm2), 1e-8);
        EXPECT_NEAR(curves.at("active_dimensions")[i], 16.0 - at.sigma2 * norm2, 1e-8);
    }
}

TEST(TheoryCurves, EntropyRateIsTheSlopeOfTheClosedEntropy) {
    const std::vector<law::Law> laws = {one_gaussian(), test::two_clusters(30.0, 0.4, 30.0, 0.6),
                                        test::unequal_variances({0.3, 2.0}, {0.5, 0.5}, 12.0, {0, 1})};
    for (const law::Law& law : laws) {
        for (const Schedule& schedule : test::every_schedule()) {
            const Time t = schedule.time_of(LogSnr{-1.5});
            const double h = 1e-3 * schedule.sigma2(t) / schedule.diffusion2(t);
            const auto entropy = [&](double u) {
                return phases::closed_entropy(law, schedule, {Time{u}}).at(0);
            };
            const double rate = phases::theory_curves(law, schedule, {t}).at("entropy_rate").at(0);

            EXPECT_NEAR(rate / slope(entropy, t.value, h), 1.0, 1e-7)
                << law.model << ", " << test::name_of(schedule);
        }
    }
}

TEST(TheoryCurves, DatumEntropyFallsFromLogNToZeroAtTheCollapse) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.01, .t_max = 30.0});
    const law::Law law = test::empirical(test::two_clusters(256.0, 1.0, 256.0), 20000);
    const auto entropy =
        phases::theory_curves(law, ou, {Time{1.0}, Time{1.2987}, Time{1.2990}, Time{2.0}, Time{20.0}})
            .at("datum_entropy");

    EXPECT_EQ(entropy[0], 0.0);
    EXPECT_EQ(entropy[1], 0.0);
    EXPECT_GT(entropy[2], 0.0);
    const double alpha2 = std::exp(-4.0), rate = std::log(20000.0) / 256.0;
    EXPECT_NEAR(entropy[3],
                std::log(20000.0) * (1.0 + 0.5 / rate * std::log((1.0 - alpha2) / (1.0 - alpha2 + alpha2))),
                1e-10);
    EXPECT_NEAR(entropy[4], std::log(20000.0), 1e-10);
    EXPECT_TRUE(phases::closed_entropy(law, ou, {Time{1.0}}).empty());
}

}  // namespace
