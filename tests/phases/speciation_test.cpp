// Times known in closed form against bisection on alpha and sigma^2 written anew here, their derivatives taken numerically.
#include "kairos/phases/speciation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include "kairos/law/models.hpp"
#include "phases/laws.hpp"
#include "support/dense.hpp"

namespace {

using namespace kairos;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using phases::predicted_speciation;
using phases::speciation;

using Function = std::function<double(double)>;

// A schedule from its definition alone, on times from `begin` to `end` of its domain.
struct Process {
    std::string name;
    Schedule schedule;
    Function alpha, sigma2;
    double begin, end;

    [[nodiscard]] double snr(double t) const { return alpha(t) * alpha(t) / sigma2(t); }
    [[nodiscard]] double slope(const Function& f, double t) const {
        const double h = 1e-4 * std::min(t - 0.5 * begin, end == 1.0 ? 1.0 - t : t);
        return (8.0 * (f(t + h) - f(t - h)) - f(t + 2.0 * h) + f(t - 2.0 * h)) / (12.0 * h);
    }
    [[nodiscard]] double drift(double t) const { return slope(alpha, t) / alpha(t); }
    [[nodiscard]] double diffusion2(double t) const { return slope(sigma2, t) - 2.0 * drift(t) * sigma2(t); }
};

std::vector<Process> processes() {
    constexpr double half_pi = std::numbers::pi / 2.0;
    const auto one = [](double) { return 1.0; };
    const auto beta = [](double t) { return 0.1 * t + 0.5 * 19.9 * t * t; };
    const auto explodes = [](double t) { return std::pow(0.01 * std::pow(30000.0, t), 2); };
    return {{"ou",
             {ScheduleKind::ou, {}},
             [](double t) { return std::exp(-t); },
             [](double t) { return -std::expm1(-2.0 * t); },
             1e-3,
             20.0},
            {"ve", {ScheduleKind::ve, {}}, one, [](double t) { return t; }, 1e-3, 1e6},
            {"ve geometric",
             {ScheduleKind::ve, {.sigma_min = 0.01, .sigma_max = 300.0}},
             one,
             explodes,
             1e-3,
             1.0},
            {"vp-linear",
             {ScheduleKind::vp_linear, {}},
             [=](double t) { return std::exp(-0.5 * beta(t)); },
             [=](double t) { return -std::expm1(-beta(t)); },
             1e-3,
             1.0},
            {"vp-cosine",
             {ScheduleKind::vp_cosine, {}},
             [=](double t) { return std::cos(half_pi * t); },
             [=](double t) { return std::pow(std::sin(half_pi * t), 2); },
             1e-3,
             1.0},
            {"edm", {ScheduleKind::edm, {}}, one, [](double t) { return t * t; }, 1e-3, 1e3},
            {"flow-matching",
             {ScheduleKind::flow_matching, {}},
             [](double t) { return 1.0 - t; },
             [](double t) { return t * t; },
             1e-3,
             1.0}};
}

double bisected(const Function& f, double low, double high) {
    const bool below = f(low) < 0.0;
    for (int i = 0; i < 100; ++i) {
        const double middle = 0.5 * (low + high);
        ((f(middle) < 0.0) == below ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

// The largest root, scanning from `end` down in small factors of what is left of the domain; NaN without one.
double largest_root(const Process& process, const Function& f) {
    const bool bounded = process.end == 1.0;
    double high = bounded ? 1.0 - 1e-5 : process.end;
    while (high > process.begin) {
        const double low = high - 0.01 * (bounded ? std::min(high, 1.0 - high + 1e-3) : high);
        if ((f(low) < 0.0) != (f(high) < 0.0)) return bisected(f, low, high);
        high = low;
    }
    return std::nan("");
}

double time_of(const law::Law& law, const Schedule& schedule, const std::string& name) {
    const auto found =
        speciation(law, schedule, {}, [](const std::string&) { return std::vector<measure::MomentCurve>(); });
    const phases::CriticalTime& entry = found.at(name);
    EXPECT_TRUE(entry.theory == entry.time || (std::isnan(entry.theory) && std::isnan(entry.time))) << name;
    EXPECT_TRUE(entry.ci95_low == entry.time || std::isnan(entry.time)) << name;
    EXPECT_TRUE(entry.ci95_high == entry.time || std::isnan(entry.time)) << name;
    EXPECT_TRUE(std::isnan(entry.time) ? std::isnan(entry.standard_error) : entry.standard_error == 0.0)
        << name;
    const auto predicted = predicted_speciation(law, schedule);
    EXPECT_EQ(predicted.contains(name), std::isfinite(entry.time)) << name;
    if (predicted.contains(name)) {
        EXPECT_EQ(predicted.at(name), entry.time) << name;
    }
    return entry.time;
}

TEST(SpectralTime, IsWhereTheTopEigenvalueMeetsTheNoise) {
    for (const Process& process : processes())
        for (const double norm2 : {0.8, 9.0, 1024.0}) {
            const double top = norm2 + 0.7;
            const bool ou = process.name == "ou";  // the published convention there: Lambda alpha^2 = 1
            const Function f = [&](double t) {
                return top * (ou ? process.alpha(t) * process.alpha(t) : process.snr(t)) - 1.0;
            };
            const double expected = bisected(f, process.begin, process.end);
            const double found =
                time_of(test::two_clusters(norm2, 0.7, 1024.0), process.schedule, "speciation_spectral");
            EXPECT_NEAR(found, expected, 1e-9 * expected) << process.name << ", |m|^2 = " << norm2;
        }
}

// Lambda of any law is that of its whole covariance, and for data that of what they were drawn from.
TEST(SpectralTime, TakesTheTopEigenvalueOfAnyCovariance) {
    const auto law = law::build_law({.kind = law::ModelKind::random_clusters,
                                     .dimension = 12,
                                     .components = 5,
                                     .separation = 2.0,
                                     .sigma = {1.0, 0.5, 2.0, 1.0, 1.5},
                                     .weights = {1.0, 2.0, 3.0, 1.0, 1.0}},
                                    law::Representation::full);
    const law::Mixture& mixture = law.mixture;
    const Matrix means = mixture.means;
    const Vector mean = means * mixture.weights;
    Matrix covariance = -mean * mean.transpose();
    for (Index k = 0; k < mixture.components(); ++k)
        covariance +=
            mixture.weights(k) * (mixture.covariance(k).dense(12) + means.col(k) * means.col(k).transpose());
    const double top = test::eigenvalues(covariance).maxCoeff();
    const Schedule ve(ScheduleKind::ve, {}), ou(ScheduleKind::ou, {});

    EXPECT_NEAR(time_of(law, ve, "speciation_spectral"), top, 1e-9 * top);
    EXPECT_NEAR(time_of(law, ou, "speciation_spectral"), 0.5 * std::log(top), 1e-9);
    EXPECT_NEAR(time_of(test::empirical(law, 7), ve, "speciation_spectral"), top, 1e-9 * top);
    EXPECT_FALSE(predicted_speciation(law, ve).contains("speciation_stability"));
}

TEST(SpectralTime, IsAbsentWhereNothingStandsOut) {
    const Schedule ou(ScheduleKind::ou, {}),
        geometric(ScheduleKind::ve, {.sigma_min = 0.01, .sigma_max = 300.0});
    EXPECT_TRUE(std::isnan(time_of(test::two_clusters(0.2, 0.7, 8.0), ou, "speciation_spectral")));
    // sigma^2 = Lambda lies beyond sigma_max^2, and below sigma_min^2
    EXPECT_TRUE(std::isnan(time_of(test::two_clusters(1e5, 0.7, 8.0), geometric, "speciation_spectral")));
    EXPECT_TRUE(std::isnan(time_of(test::two_clusters(1e-5, 1e-5, 8.0), geometric, "speciation_spectral")));
    EXPECT_TRUE(std::isnan(time_of(test::two_clusters(0.0, 0.0, 8.0), ou, "speciation_spectral")));
}

// In 1024 dimensions with mu = sigma = 1: 1/2 log 1025 by the convention of ou; at Lambda snr = 1, in the time of ou, 1/2 log 1026.
TEST(SpectralTime, ReproducesThePublishedNumbers) {
    const law::Law law = test::two_clusters(1024.0, 1.0, 1024.0);
    const Schedule ou(ScheduleKind::ou, {});
    EXPECT_NEAR(time_of(law, ou, "speciation_spectral"), 3.46622, 5e-6);
    for (const ScheduleKind kind : {ScheduleKind::ve, ScheduleKind::vp_linear, ScheduleKind::flow_matching}) {
        const Schedule schedule(kind, {});
        const LogSnr at = schedule.log_snr(Time{time_of(law, schedule, "speciation_spectral")});
        EXPECT_NEAR(ou.time_of(at).value, 3.46671, 5e-6);
    }
}

double growth(const Process& process, double norm2, double variance, double strength, double t) {
    const double alpha2 = std::pow(process.alpha(t), 2), gamma = process.sigma2(t) + alpha2 * variance;
    return -process.drift(t) +
           0.5 * strength * process.diffusion2(t) * (-1.0 / gamma + alpha2 * norm2 / (gamma * gamma));
}

TEST(Stability, IsLostWhereTheDriftStopsAttracting) {
    for (const Process& process : processes())
        for (const double norm2 : {0.8, 40.0, 1024.0}) {
            const law::Law law = test::two_clusters(norm2, 0.7, 1024.0);
            for (const auto& [name, strength] :
                 {std::pair{"speciation_stability", 2.0}, std::pair{"speciation_stability_ode", 1.0}}) {
                const double found = time_of(law, process.schedule, name);
                const double expected =
                    largest_root(process, [&](double t) { return growth(process, norm2, 0.7, strength, t); });
                const std::string what = process.name + ", " + name + ", |m|^2 = " + std::to_string(norm2);
                const bool hidden = strength == 1.0 && (process.name == "ou" || process.name == "vp-linear" ||
                                                        process.name == "vp-cosine");
                if (hidden)  // |m|^2 > 1 - s^2 of all these: J > 0 at every t
                    EXPECT_TRUE(std::isnan(found)) << what << ": " << found;
                else if (std::isfinite(expected))
                    EXPECT_NEAR(found, expected, 1e-6 * expected) << what;
                else
                    EXPECT_TRUE(std::isnan(found)) << what << ": " << found;
            }
        }
}

TEST(Stability, OfTheOdeExistsWhereVariancePreservingNoiseOutweighsTheMeans) {
    const double norm2 = 0.25, variance = 0.3;  // |m|^2 < 1 - s^2
    for (const Process& process : processes()) {
        if (process.name != "ou" && process.name != "vp-cosine") continue;
        const Function f = [&](double t) { return growth(process, norm2, variance, 1.0, t); };
        const double low = 0.02, high = 0.8;
        ASSERT_GT(f(low), 0.0);
        ASSERT_LT(f(high), 0.0);
        const double found =
            time_of(test::two_clusters(norm2, variance, 8.0), process.schedule, "speciation_stability_ode");
        EXPECT_NEAR(found, bisected(f, low, high), 1e-7) << process.name;
    }
}

// ou with s = 1: Gamma = 1, so that J = -1 + 2 alpha^2 |m|^2.
TEST(Stability, HasItsClosedFormUnderOu) {
    const Schedule ou(ScheduleKind::ou, {});
    for (const double d : {16.0, 1024.0, 1e6})
        EXPECT_NEAR(time_of(test::two_clusters(d, 1.0, d), ou, "speciation_stability"),
                    0.5 * std::log(2.0 * d), 1e-10);
}

// |m|^2 = s^2 where f = 0: J = -(g^2/Gamma) sigma^2/Gamma < 0 at every t > 0, and 0 where noise vanishes.
TEST(Stability, IsKeptWhereJOnlyVanishesWithTheNoise) {
    for (const ScheduleKind kind : {ScheduleKind::ve, ScheduleKind::edm})
        for (const double norm2 : {1.0, 0.49, 3.7})
            for (const char* name : {"speciation_stability", "speciation_stability_ode"}) {
                const double t = time_of(test::two_clusters(norm2, norm2, 8.0), Schedule(kind, {}), name);
                EXPECT_TRUE(std::isnan(t)) << dynamics::name(kind) << ", " << name << ": " << t;
            }
    const double little = 1e-6;  // above that: Gamma = |m|^2
    EXPECT_NEAR(time_of(test::two_clusters(1.0 + little, 1.0, 8.0), Schedule(ScheduleKind::ve, {}),
                        "speciation_stability"),
                little, 1e-8 * little + 1e-14);
}

TEST(Stability, NeedsClustersThatMirrorOneAnother) {
    const Schedule ou(ScheduleKind::ou, {});
    law::Law wider = test::two_clusters(40.0, 1.0, 40.0);
    wider.two_clusters->variance_minus = 2.0;
    for (const law::Law& law : {test::two_clusters(40.0, 1.0, 40.0, 0.4), wider})
        for (const char* name : {"speciation_stability", "speciation_stability_ode"})
            EXPECT_TRUE(std::isnan(time_of(law, ou, name)));
}

// In 64 dimensions, a level for each separation.
law::Law tree_of(int branching, const std::vector<double>& separations) {
    const auto levels = static_cast<int>(separations.size());
    return law::build_law({.kind = law::ModelKind::hierarchical,
                           .dimension = 64,
                           .components = static_cast<int>(std::lround(std::pow(branching, levels))),
                           .levels = levels,
                           .branching = branching,
                           .separations = separations},
                          law::Representation::reduced);
}

// b children around a node, of squared norm d mu^2 and mutual cosine -1/(b - 1): variance d mu^2/(b - 1) in each of their b - 1 directions,
// which are orthogonal to those of all other nodes.
TEST(SpectralTime, OfEveryLevelOfATree) {
    const law::Law tree = tree_of(3, {2.0, 1.0});
    const Schedule ou(ScheduleKind::ou, {});
    EXPECT_NEAR(time_of(tree, ou, "speciation_spectral"), 0.5 * std::log(129.0), 1e-10);
    EXPECT_NEAR(time_of(tree, ou, "speciation_spectral_level_1"), 0.5 * std::log(129.0), 1e-10);
    EXPECT_NEAR(time_of(tree, ou, "speciation_spectral_level_2"), 0.5 * std::log(33.0), 1e-10);
    EXPECT_FALSE(phases::predicted_speciation(test::two_clusters(40.0, 1.0, 40.0), ou)
                     .contains("speciation_spectral_level_1"));
}

// Three levels of pairs: each node parts its two children along one direction of variance d mu^2, all of them orthogonal.
TEST(SpectralTime, OfALevelLooksInsideTheNodesAboveIt) {
    const law::Law tree = tree_of(2, {3.0, 2.0, 1.0});
    const Schedule ou(ScheduleKind::ou, {});
    EXPECT_NEAR(time_of(tree, ou, "speciation_spectral_level_1"), 0.5 * std::log(1.0 + 64.0 * 9.0), 1e-10);
    EXPECT_NEAR(time_of(tree, ou, "speciation_spectral_level_2"), 0.5 * std::log(1.0 + 64.0 * 4.0), 1e-10);
    EXPECT_NEAR(time_of(tree, ou, "speciation_spectral_level_3"), 0.5 * std::log(1.0 + 64.0), 1e-10);
}

// Of nodes that part their children differently the one that does so first.
TEST(SpectralTime, OfALevelIsThatOfItsWidestNode) {
    const Schedule ou(ScheduleKind::ou, {});
    for (const int wide : {0, 1}) {
        law::Law tree = tree_of(2, {3.0, 1.0});
        Matrix means = tree.mixture.means;
        const Vector middle = 0.5 * (means.col(2 * wide) + means.col(2 * wide + 1));
        for (const int child : {2 * wide, 2 * wide + 1})
            means.col(child) = middle + 1.5 * (means.col(child) - middle);
        tree.mixture.means = means;

        EXPECT_NEAR(time_of(tree, ou, "speciation_spectral_level_2"), 0.5 * std::log(1.0 + 64.0 * 2.25),
                    1e-10)
            << wide;
    }
}

}  // namespace
