// Diagrams of laws whose critical times follow from equations in one unknown, bisected here, and from a grid in the plane.
#include "kairos/phases/bifurcation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kairos/law/models.hpp"
#include "kairos/phases/fixed_points.hpp"
#include "kairos/phases/speciation.hpp"
#include "phases/diagram_checks.hpp"
#include "phases/laws.hpp"
#include "phases/plain_drift.hpp"

namespace {

using namespace kairos;
using phases::Bifurcation;
using phases::BifurcationKind;
using phases::Bifurcations;
using phases::Drift;
using test::balance;
using test::bisected;
using test::of_kind;
using test::passing;

TEST(Bifurcation, TwoClustersPartInOnePitchforkOnEverySchedule) {
    for (const dynamics::Schedule& schedule : test::every_schedule())
        for (const Drift drift : {Drift::sde, Drift::ode}) {
            const law::Law law = test::two_clusters(36.0, 0.7, 1024.0);
            const auto found = phases::speciation(
                law, schedule, {}, [](const std::string&) { return std::vector<measure::MomentCurve>(); });
            const double expected =
                found.at(drift == Drift::sde ? "speciation_stability" : "speciation_stability_ode").time;
            const Bifurcations diagram = phases::find_bifurcations(law, schedule, drift);
            const std::string what = test::name_of(schedule) + " " + phases::name(drift);
            EXPECT_TRUE(diagram.complete) << what;
            if (std::isnan(expected)) {
                EXPECT_TRUE(diagram.events.empty()) << what;
                continue;
            }
            ASSERT_EQ(diagram.events.size(), 1U) << what;
            EXPECT_EQ(diagram.events[0].kind, BifurcationKind::pitchfork) << what;
            EXPECT_NEAR(diagram.events[0].time.value, expected, 1e-8 * expected) << what;
            EXPECT_LT(std::abs(diagram.events[0].position[0]), 1e-8) << what;
            EXPECT_EQ(diagram.branches, 2) << what;
            EXPECT_EQ(passing(diagram, 0.9 * expected, 1), (std::vector<int>{2, 1})) << what;
        }
}

TEST(Bifurcation, UnderOuThePitchforkIsWhereTheoryHasIt) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {});
    const auto slope = [](double t) {
        const double alpha2 = std::exp(-2.0 * t), gamma = 1.0;  // sigma = 1: Gamma = 1
        return 1.0 - 2.0 / gamma + 2.0 * alpha2 * 1024.0 / (gamma * gamma);
    };
    const Bifurcations diagram =
        phases::find_bifurcations(test::two_clusters(1024.0, 1.0, 1024.0), ou, Drift::sde);
    ASSERT_EQ(diagram.events.size(), 1U);
    EXPECT_NEAR(diagram.events[0].time.value, bisected(slope, 0.5, 8.0), 1e-8);
    EXPECT_NEAR(diagram.events[0].time.value, 0.5 * std::log(2.0 * 1024.0), 1e-8);
}

// b = x + 2 s: clusters wider than the noise are left in all directions once Gamma > 2.
TEST(Bifurcation, TheComplementCountsWhereGenerationLeavesIt) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {});
    const double norm2 = 36.0, variance = 5.0;
    const Bifurcations diagram =
        phases::find_bifurcations(test::two_clusters(norm2, variance, 1024.0), ou, Drift::sde);
    int held = 0, left = 0;
    for (const phases::BranchPoint& point : diagram.points) {
        const auto at = ou.at(point.time);
        const double gamma = at.sigma2 + at.alpha * at.alpha * variance, complement = 1.0 - 2.0 / gamma;
        const double sech = 1.0 / std::cosh(at.alpha * std::sqrt(norm2) * point.position[0] / gamma);
        const double along = complement + 2.0 * at.alpha * at.alpha * norm2 * sech * sech / (gamma * gamma);
        if (std::min(std::abs(along), std::abs(complement)) < 1e-6) continue;
        EXPECT_EQ(point.unstable, (along > 0.0 ? 1.0 : 0.0) + (complement > 0.0 ? 1023.0 : 0.0))
            << point.time.value;
        ++(complement > 0.0 ? left : held);
    }
    EXPECT_GT(held, 10);
    EXPECT_GT(left, 10);
}

// +-m of unequal weights: the smaller cluster's fixed points merge; sech^2 L = rho Gamma/(alpha^2 m^2) there.
TEST(Bifurcation, OfUnequalWeightsIsOneSaddleNode) {
    const dynamics::Schedule edm(dynamics::ScheduleKind::edm, {.t_min = 0.02, .t_max = 50.0});
    const double m = 4.0, variance = 0.25, plus = 0.65;
    const auto miss = [&](double t) {
        const auto [rho, gain] = balance(edm, Drift::sde, variance, t);
        const double stiff = gain * m * m / rho, odds = -std::acosh(std::sqrt(std::max(stiff, 1.0)));
        return stiff * std::tanh(odds) + 0.5 * std::log(plus / (1.0 - plus)) - odds;
    };
    const Bifurcations diagram =
        phases::find_bifurcations(test::two_clusters(m * m, variance, 5.0, plus), edm, Drift::ode);
    ASSERT_EQ(diagram.events.size(), 1U);
    EXPECT_EQ(diagram.events[0].kind, BifurcationKind::saddle_node);
    const double expected = bisected(miss, 0.1, 4.5);
    EXPECT_NEAR(diagram.events[0].time.value, expected, 1e-8 * expected);
    EXPECT_LT(diagram.events[0].position[0], 0.0);
    EXPECT_EQ(diagram.branches, 2);
}

// Variance 1 under ou: the flow has no linear part, and rests only where both clusters weigh the same.
TEST(Bifurcation, WithoutARestoringForceOnePointIsAtRest) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 0.01, .t_max = 10.0});
    const double m = 2.0, plus = 0.75;
    const Bifurcations diagram =
        phases::find_bifurcations(test::two_clusters(m * m, 1.0, 4.0, plus), ou, Drift::ode);
    EXPECT_TRUE(diagram.events.empty());
    EXPECT_EQ(diagram.branches, 1);
    ASSERT_GT(diagram.points.size(), 10U);
    for (const auto& point : diagram.points) {
        const double x = -0.5 * std::log(plus / (1.0 - plus)) / (std::exp(-point.time.value) * m);
        EXPECT_NEAR(point.position[0], x, 1e-8 * std::abs(x)) << "t = " << point.time.value;
        EXPECT_EQ(point.unstable, 1.0);
    }
}

TEST(Bifurcation, FourDataMergeAsAGridInThePlaneFinds) {
    const dynamics::Schedule ve(dynamics::ScheduleKind::ve, {.t_min = 0.02, .t_max = 6.0});
    const law::Law law = test::isotropic_law(Matrix{{1.5, -1.0, 0.3, 2.2}, {0.4, 1.3, -1.4, -2.0}}, 0.0);
    const Bifurcations diagram = phases::find_bifurcations(law, ve, Drift::sde);
    EXPECT_EQ(diagram.modes, 2);
    ASSERT_GE(diagram.events.size(), 3U);
    for (const Bifurcation& event : diagram.events) EXPECT_EQ(event.kind, BifurcationKind::saddle_node);
    const auto mixture = test::plain(law.mixture);
    const auto zeros = [&](double t) {
        return test::zeros_in_the_plane({mixture, ve.at(Time{t}), 1.0}, 4.0, 25).size();
    };
    std::vector<double> edges = {0.1};
    for (const Bifurcation& event : diagram.events) edges.push_back(event.time.value);
    edges.push_back(5.0);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        const double t = 0.5 * (edges[i] + edges[i + 1]);
        const auto counts = passing(diagram, t, 2);
        EXPECT_EQ(counts[0] - counts[1] + counts[2], 1)
            << "t = " << t;  // the index of the field on a large circle
        EXPECT_EQ(static_cast<std::size_t>(counts[0] + counts[1] + counts[2]), zeros(t)) << "t = " << t;
    }
    for (const Bifurcation& event : diagram.events) {  // two zeros more on one side than on the other
        const double t = event.time.value;
        EXPECT_EQ(zeros(t * (1.0 - 1e-3)), zeros(t * (1.0 + 1e-3)) + 2) << "t = " << t;
    }
}

// Without symmetry there are folds alone, and the zeros' indices add up to that of the field on a large circle.
TEST(Bifurcation, ManyDataWithoutSymmetryMergeInSaddleNodesAlone) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 0.003, .t_max = 4.0});
    Matrix points(2, 40);
    for (int j = 0; j < 40; ++j) points.col(j) << std::sin(1.7 * j * j), std::cos(2.3 * j * j + 0.4 * j);
    const Bifurcations diagram = phases::find_bifurcations(test::isotropic_law(points, 0.0), ou, Drift::sde);
    EXPECT_TRUE(diagram.complete);
    EXPECT_EQ(of_kind(diagram, BifurcationKind::saddle_node).size(), diagram.events.size());
    EXPECT_GT(diagram.events.size(), 20U);
    for (const double t : {0.0031, 0.006, 0.012, 0.05, 0.15, 0.6, 1.5}) {
        const auto counts = passing(diagram, t, 2);
        EXPECT_EQ(counts[0] - counts[1] + counts[2], 1) << "t = " << t;
    }
}

TEST(Bifurcation, DataInASquareKeepTheirSymmetry) {
    const dynamics::Schedule ve(dynamics::ScheduleKind::ve, {.t_min = 0.05, .t_max = 6.0});
    const law::Law law = test::isotropic_law(Matrix{{1.0, -1.0, -1.0, 1.0}, {1.0, 1.0, -1.0, -1.0}}, 0.0);
    const Bifurcations diagram = phases::find_bifurcations(law, ve, Drift::sde);
    // coordinates part one by one, each as two points +-1 do: t = 1
    ASSERT_FALSE(diagram.events.empty());
    for (const Bifurcation& event : diagram.events) {
        EXPECT_EQ(event.kind, BifurcationKind::pitchfork);
        EXPECT_NEAR(event.time.value, 1.0, 1e-7);
    }
    EXPECT_EQ(passing(diagram, 0.1, 2), (std::vector<int>{4, 4, 1}));
}

TEST(Bifurcation, DifferentVariancesPartAlongTheRadius) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 0.02, .t_max = 4.0});
    const law::Law law = test::unequal_variances({0.2, 4.0}, {0.5, 0.5}, 3.0, {0, 1});
    const law::Law traced = phases::traced_law(law);
    // At x = 0: -f - g^2 sum_k w_k/V_k = 0 with weights from R2 = 0.
    const auto growth = [&](double t) {
        const auto at = ou.at(Time{t});
        double total = 0.0, sum = 0.0;
        for (const double v : {0.2, 4.0}) {
            const double spread = at.sigma2 + at.alpha * at.alpha * v, weight = std::pow(spread, -1.5);
            total += weight;
            sum += weight / spread;
        }
        return 1.0 - 2.0 * sum / total;
    };
    const Bifurcations diagram = phases::find_bifurcations(law, ou, Drift::sde);
    EXPECT_EQ(diagram.modes, traced.mixture.coordinates());
    for (const double t : {0.1, 0.5, 1.5}) {
        const auto at = ou.at(Time{t});
        phases::DriftField field(traced, ou, Drift::sde);
        const Matrix jacobian = field.jacobian(Vector::Zero(traced.mixture.coordinates()), at.log_snr);
        const double gamma = at.sigma2 + at.alpha * at.alpha * (0.5 * 0.2 + 0.5 * 4.0);
        EXPECT_NEAR(jacobian(0, 0) * 2.0 / gamma, growth(t), 1e-9);
    }
}

// What is found below a bound is part of what is found without one.
TEST(Bifurcation, EndsAtItsBoundOfOperations) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 0.01, .t_max = 4.0});
    Matrix points(2, 20);
    for (int j = 0; j < 20; ++j) points.col(j) << std::sin(1.7 * j * j), std::cos(2.3 * j * j + 0.4 * j);
    const law::Law law = test::isotropic_law(points, 0.0);
    const auto found = [&](double operations) {
        return phases::find_bifurcations(
            law, ou, Drift::sde, [] {}, operations);
    };
    const Bifurcations whole = found(phases::usual_operations), part = found(3e6), nothing = found(1.0);
    EXPECT_TRUE(whole.complete);
    EXPECT_FALSE(part.complete || nothing.complete);
    EXPECT_EQ(nothing.points.size(), 0U);
    EXPECT_GT(part.points.size(), 0U);
    EXPECT_LT(part.events.size(), whole.events.size());
    for (const Bifurcation& event : part.events)
        EXPECT_TRUE(std::ranges::any_of(whole.events, [&](const Bifurcation& other) {
            return std::abs(other.time.value - event.time.value) < 1e-7 &&
                   (other.position - event.position).norm() < 1e-5;
        })) << event.time.value;
}

TEST(Bifurcation, RefusesMoreComponentsThanItServes) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {});
    const law::Law law = test::isotropic_law(Matrix::Zero(1, phases::most_components_traced + 1), 0.0);
    EXPECT_THROW((void)phases::find_bifurcations(law, ou, Drift::sde), std::invalid_argument);
}

TEST(Bifurcation, IsTheSameEveryTime) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 0.5});
    const law::Law law =
        law::build_law({.kind = law::ModelKind::random_clusters, .dimension = 6, .components = 4},
                       law::Representation::full);
    const Bifurcations one = phases::find_bifurcations(law, ou, Drift::sde),
                       other = phases::find_bifurcations(law, ou, Drift::sde);
    ASSERT_EQ(one.points.size(), other.points.size());
    for (std::size_t i = 0; i < one.points.size(); ++i) {
        EXPECT_EQ(one.points[i].time, other.points[i].time);
        EXPECT_EQ(one.points[i].position, other.points[i].position);
    }
}

}  // namespace
