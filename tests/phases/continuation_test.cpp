// Curves of two clusters, whose fixed points solve rho u = m tanh(L), L = alpha^2 m u/Gamma + log-odds/2, one equation in one unknown.
#include "kairos/phases/continuation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kairos/phases/fixed_points.hpp"
#include "phases/laws.hpp"

namespace {

using namespace kairos;
using phases::BranchCurve;
using phases::Continuation;
using phases::Drift;
using phases::DriftField;

constexpr double m = 3.0, variance = 0.5;
const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 1e-2, .t_max = 5.0});

phases::LogSnrRange whole() { return {ou.log_snr(ou.t_max()).value, ou.log_snr(ou.t_min()).value}; }

double gamma_of(const dynamics::TimePoint& at) { return at.sigma2 + at.alpha * at.alpha * variance; }

// What is left of the equation, for the SDE under ou: rho = 1 - Gamma/2.
double residual(const dynamics::TimePoint& at, double weight_plus, double u) {
    const double gamma = gamma_of(at);
    const double odds =
        at.alpha * at.alpha * m * u / gamma + 0.5 * std::log(weight_plus / (1.0 - weight_plus));
    return (1.0 - 0.5 * gamma) * u - m * std::tanh(odds);
}

// sech^2 L = rho Gamma/(alpha^2 m^2) and the equation itself: at L < 0 for the minority cluster.
double time_of_the_fold(double weight_plus) {
    const auto miss = [&](double t) {
        const auto at = ou.at(Time{t});
        const double gamma = gamma_of(at), rho = 1.0 - 0.5 * gamma,
                     stiff = at.alpha * at.alpha * m * m / (rho * gamma);
        if (stiff <= 1.0) return 1.0;
        const double odds = -std::acosh(std::sqrt(stiff));
        return stiff * std::tanh(odds) + 0.5 * std::log(weight_plus / (1.0 - weight_plus)) - odds;
    };
    double low = 0.05, high = 4.0;
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        (miss(middle) > 0.0 ? high : low) = middle;
    }
    return 0.5 * (low + high);
}

Continuation plain(DriftField& field) {
    return {field, whole(), {}, [](std::size_t, const Vector&) { return true; }, [] {}};
}

TEST(Continuation, LeavesOutEigenvaluesWhereTheyAreNotWanted) {
    DriftField field(test::two_clusters(m * m, variance, 9.0), ou, Drift::sde);
    Continuation continuation = plain(field);
    const BranchCurve curve =
        continuation.follow(*phases::newton(field, Vector::Constant(1, m), whole().high), whole().high, -1);
    ASSERT_GT(curve.size(), 3U);
    const auto with = continuation.between(curve[1], curve[2], 0.4);
    const auto without = continuation.between(curve[1], curve[2], 0.4, phases::Spectrum::left_out);
    ASSERT_TRUE(with && without);
    EXPECT_EQ(with->u, without->u);
    EXPECT_EQ(with->rate, without->rate);
    EXPECT_GT(with->eigenvalues.size(), 0);
    EXPECT_EQ(without->eigenvalues.size(), 0);
}

TEST(Continuation, EndsWhereTheFieldIsExhausted) {
    DriftField field(test::two_clusters(m * m, variance, 9.0), ou, Drift::sde);
    Continuation continuation = plain(field);
    const auto start = phases::newton(field, Vector::Constant(1, m), whole().high);
    ASSERT_TRUE(start);
    const double before = field.operations();
    const BranchCurve all = continuation.follow(*start, whole().high, -1);
    const double cost = field.operations() - before;
    field.limit(field.operations() + 0.5 * cost);
    const BranchCurve half = continuation.follow(*start, whole().high, -1);
    EXPECT_TRUE(field.exhausted());
    EXPECT_LT(half.size(), all.size());
    EXPECT_GT(half.size(), all.size() / 4);
    for (std::size_t i = 0; i < half.size(); ++i) EXPECT_EQ(half[i].u, all[i].u);
}

TEST(Continuation, PointsLieOnTheCurveAndCountItsUnstableDirections) {
    DriftField field(test::two_clusters(m * m, variance, 9.0), ou, Drift::sde);
    Continuation continuation = plain(field);
    const auto start = phases::newton(field, Vector::Constant(1, m), whole().high);
    ASSERT_TRUE(start);
    const BranchCurve curve = continuation.follow(*start, whole().high, -1);
    ASSERT_GT(curve.size(), 20U);
    EXPECT_EQ(curve.front().log_snr, whole().high);
    EXPECT_EQ(curve.back().log_snr, whole().high);  // through the pitchfork to the other cluster
    EXPECT_NEAR(curve.back().u[0], -curve.front().u[0], 1e-10);
    for (const auto& point : curve) {
        const auto at = field.at(point.log_snr);
        EXPECT_NEAR(residual(at, 0.5, point.u[0]), 0.0, 1e-9);
        const double slope =
            (residual(at, 0.5, point.u[0] + 1e-6) - residual(at, 0.5, point.u[0] - 1e-6)) / 2e-6;
        EXPECT_NEAR(point.eigenvalues[0], -slope, 1e-7);
        EXPECT_EQ(point.unstable, -slope > 1e-7 ? 1 : 0);
        EXPECT_NEAR(point.complement, -(1.0 - 0.5 * gamma_of(at)), 1e-12);
        EXPECT_NEAR(std::hypot(point.direction.norm() / point.length, point.rate), 1.0, 1e-12);
    }
}

TEST(Continuation, TurnsRoundAFold) {
    DriftField field(test::two_clusters(m * m, variance, 1.0, 0.7), ou, Drift::sde);
    Continuation continuation = plain(field);
    const auto start = phases::newton(field, Vector::Constant(1, -1.9 * m), whole().high);
    ASSERT_TRUE(start);
    ASSERT_LT((*start)[0], 0.0);
    const BranchCurve curve = continuation.follow(*start, whole().high, -1);
    EXPECT_EQ(curve.back().log_snr, whole().high);
    EXPECT_EQ(curve.front().unstable, 0);
    EXPECT_EQ(curve.back().unstable, 1);
    double lowest = whole().high;
    for (const auto& point : curve) {
        EXPECT_NEAR(residual(field.at(point.log_snr), 0.7, point.u[0]), 0.0, 1e-9);
        lowest = std::min(lowest, point.log_snr);
    }
    const double fold = ou.log_snr(Time{time_of_the_fold(0.7)}).value;
    EXPECT_GT(lowest, fold);
    EXPECT_LT(lowest, fold + 0.1);
}

TEST(Continuation, BetweenTwoPointsItStaysOnTheCurve) {
    DriftField field(test::two_clusters(m * m, variance, 1.0, 0.7), ou, Drift::sde);
    Continuation continuation = plain(field);
    const auto start = phases::newton(field, Vector::Constant(1, -1.9 * m), whole().high);
    const BranchCurve curve = continuation.follow(start.value(), whole().high, -1);
    for (std::size_t i = 0; i + 1 < curve.size(); i += 3) {
        const auto point = continuation.between(curve[i], curve[i + 1], 0.3);
        ASSERT_TRUE(point);
        EXPECT_NEAR(residual(field.at(point->log_snr), 0.7, point->u[0]), 0.0, 1e-9);
    }
}

TEST(Continuation, TellsWhereItPassesAndEndsWhereItIsTold) {
    DriftField field(test::two_clusters(m * m, variance, 1.0), ou, Drift::sde);
    std::vector<std::size_t> passed;
    Continuation continuation(
        field, whole(), {-2.0, 1.0, whole().high},
        [&](std::size_t level, const Vector& u) {
            passed.push_back(level);
            EXPECT_NEAR(residual(field.at(level == 0 ? -2.0 : 1.0), 0.5, u[0]), 0.0, 1e-9);
            return level != 1;
        },
        [] {});
    const auto start = phases::newton(field, Vector::Zero(1), whole().low);
    const BranchCurve curve = continuation.follow(start.value(), whole().low, +1);
    EXPECT_EQ(passed, (std::vector<std::size_t>{0, 1}));
    EXPECT_TRUE(continuation.stopped());
    EXPECT_LT(curve.back().log_snr, 1.5);
}

TEST(Continuation, AsksBetweenSteps) {
    DriftField field(test::two_clusters(m * m, variance, 1.0), ou, Drift::sde);
    struct Enough {};
    Continuation continuation(
        field, whole(), {}, [](std::size_t, const Vector&) { return true; }, [] { throw Enough(); });
    EXPECT_THROW((void)continuation.follow(Vector::Zero(1), whole().low, +1), Enough);
}

}  // namespace
