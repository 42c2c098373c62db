// The theory curves against brute-force integrals, expansions, finite differences and Monte Carlo.
#include "kairos/phases/theory.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "phases/laws.hpp"

namespace {

using namespace kairos;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;
using phases::class_theory;
using phases::ClassTheory;

const double log2_ = std::log(2.0);

TimePoint noised(double alpha, double sigma2) {
    return {.t = {},
            .alpha = alpha,
            .sigma2 = sigma2,
            .drift = 0.0,
            .diffusion2 = 2.0,
            .log_snr = std::log(alpha * alpha / sigma2)};
}

// Averages of a posterior over classes on a line, written from the definitions; scores[c] of each class at
// this point.
struct Reference {
    double mass = 0, entropy = 0, entropy2 = 0, collision = 0, varentropy = 0, spread = 0, surprisal2 = 0,
           score2 = 0;

    void add(double width, const std::vector<double>& joint, const std::vector<double>& scores) {
        double p = 0;
        for (const double j : joint) p += j;
        if (p < 1e-300) return;
        double h = 0, square = 0, mean = 0, second = 0, mean_square = 0;
        for (std::size_t c = 0; c < joint.size(); ++c) {
            const double w = joint[c] / p;
            if (w > 0) h -= w * std::log(w), second += w * std::log(w) * std::log(w);
            square += w * w, mean += w * scores[c], mean_square += w * scores[c] * scores[c];
        }
        mass += width * p, entropy += width * p * h, entropy2 += width * p * h * h,
            collision += width * p * square;
        varentropy += width * p * (second - h * h), spread += width * p * (mean_square - mean * mean);
        surprisal2 += width * p * second, score2 += width * p * mean * mean;
    }
};

double normal_density(double x, double mean, double variance) {
    return std::exp(-0.5 * (x - mean) * (x - mean) / variance) / std::sqrt(2.0 * std::numbers::pi * variance);
}

// Two clusters along m only: the other directions have the same score in both classes.
Reference two_clusters_by_brute_force(double mean_norm2, double variance, double weight,
                                      const TimePoint& at) {
    const double gamma = at.sigma2 + at.alpha * at.alpha * variance, mean = at.alpha * std::sqrt(mean_norm2);
    const double reach = mean + 14.0 * std::sqrt(gamma);
    const int points = 400000;
    Reference sum;
    for (int i = 0; i <= points; ++i) {
        const double x = reach * (2.0 * i / points - 1.0);
        sum.add(2.0 * reach / points,
                {weight * normal_density(x, mean, gamma), (1.0 - weight) * normal_density(x, -mean, gamma)},
                {-(x - mean) / gamma, -(x + mean) / gamma});
    }
    return sum;
}

// Integral over the radius r of R^d: density d-sphere area r^{d-1} (2 pi v)^{-d/2} e^{-r^2/2v}; r = e^q.
Reference radial_by_brute_force(const law::Mixture& mixture, const TimePoint& at) {
    const double d = mixture.dimension();
    const auto classes = static_cast<std::size_t>(mixture.labels.classes().classes());
    const double log_area = std::log(2.0) + 0.5 * d * std::log(std::numbers::pi) - std::lgamma(0.5 * d);
    const int points = 200000;
    const double low = -30.0, high = 12.0;
    Reference sum;
    for (int i = 0; i <= points; ++i) {
        const double q = low + (high - low) * i / points, r = std::exp(q);
        std::vector<double> joint(classes, 0.0), score(classes, 0.0);
        for (Index k = 0; k < mixture.components(); ++k) {
            const double v = at.alpha * at.alpha * mixture.covariance(k).isotropic + at.sigma2;
            const auto c =
                static_cast<std::size_t>(mixture.labels.classes().class_of[static_cast<std::size_t>(k)]);
            const double p =
                mixture.weights(k) *
                std::exp(log_area + d * q - 0.5 * d * std::log(2.0 * std::numbers::pi * v) - 0.5 * r * r / v);
            joint[c] += p, score[c] += -p * r / v;
        }
        for (std::size_t c = 0; c < classes; ++c) score[c] = joint[c] > 0 ? score[c] / joint[c] : 0.0;
        sum.add((high - low) / points, joint, score);
    }
    return sum;
}

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

// Central differences with one Richardson step: error O(h^4).
template <class F>
double slope(const F& f, double t, double h) {
    const auto central = [&](double step) { return (f(t + step) - f(t - step)) / (2 * step); };
    return (4.0 * central(h) - central(2 * h)) / 3.0;
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
