// Posteriors are written by hand along smooth artificial paths, so that the integrals are known by fine
// quadrature.
#include "kairos/measure/path_integrals.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "dynamics/brute_force.hpp"
#include "kairos/dynamics/schedule.hpp"

namespace kairos::measure {
namespace {

using dynamics::Posterior;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;
using test::diagonal;
using test::isotropic;

constexpr Index lanes = 3;

double integral(const std::function<double(double)>& f, double a, double b) {
    return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(f, a, b, 15, 1e-13);
}

law::Law two_variances() {
    law::Law law;
    law.mixture.means = Matrix::Zero(1, 2);
    law.mixture.weights = Vector{{0.25, 0.75}};
    law.mixture.covariances = {isotropic(0.5), isotropic(2.0)};
    law.mixture.complement = 4.0;
    return law;
}

// tr F along lane j of the artificial path: weights that drift, and a bump for the spread between components.
double filter(Index j, double log_snr) {
    const double snr = std::exp(log_snr);
    const double w = 0.5 + 0.4 * std::sin(log_snr + static_cast<double>(j));
    const double within =
        5.0 * (w * 0.5 * snr / (1.0 + 0.5 * snr) + (1.0 - w) * 2.0 * snr / (1.0 + 2.0 * snr));
    return within + static_cast<double>(j) / std::cosh(log_snr);
}

double norm2(Index j, double t) { return 3.0 + static_cast<double>(j) + std::sin(4.0 * t) + 5.0 * t * t; }

Posterior posterior_at(const TimePoint& time) {
    Posterior posterior;
    posterior.time = time;
    posterior.covariance_trace.resize(lanes);
    posterior.norm2.resize(lanes);
    for (Index j = 0; j < lanes; ++j) {
        posterior.covariance_trace[j] = filter(j, time.log_snr) * time.sigma2 / (time.alpha * time.alpha);
        posterior.norm2[j] = norm2(j, time.t.value);
    }
    return posterior;
}

// Visits `steps` + 1 times evenly spaced in log snr, from t to s.
void travel(PathIntegrals& path, const Schedule& schedule, double from, double to, int steps) {
    path.begin(lanes);
    const double begin = schedule.log_snr(Time{from}).value, end = schedule.log_snr(Time{to}).value;
    for (int i = 0; i <= steps; ++i) {
        path.visit(posterior_at(schedule.at(schedule.time_of(LogSnr{begin + (end - begin) * i / steps}))));
    }
}

Schedule schedule_of(ScheduleKind kind) { return Schedule(kind, {.t_min = 0.05, .t_max = 0.9}); }

TEST(PathIntegrals, InformationIsTheIntegralOfTheFilterOverLogSnrInBothDirections) {
    const law::Law law = two_variances();
    const Schedule schedule = schedule_of(ScheduleKind::ou);
    const double low = schedule.log_snr(Time{0.9}).value, high = schedule.log_snr(Time{0.05}).value;
    PathIntegrals down(law), up(law), coarse(law);
    travel(down, schedule, 0.9, 0.05, 400);
    travel(up, schedule, 0.05, 0.9, 400);
    travel(coarse, schedule, 0.9, 0.05, 200);
    for (Index j = 0; j < lanes; ++j) {
        const double exact = 0.5 * integral([&](double l) { return filter(j, l); }, low, high);
        const double error = down.information()[j] - exact;

        EXPECT_NEAR(error / exact, 0.0, 1e-4);
        EXPECT_NEAR(up.information()[j], down.information()[j], 1e-12 * exact);
        EXPECT_NEAR((coarse.information()[j] - exact) / error, 4.0, 0.1)
            << "the trapezoid is of second order";
    }
}

TEST(PathIntegrals, InformationOfOneGaussianIsExactOverAnyStep) {
    law::Law law;
    law.mixture.means = Matrix::Zero(2, 1);
    law.mixture.weights = Vector::Ones(1);
    law.mixture.covariances = {diagonal(0.5, Vector{{1.0, 3.0}})};
    law.mixture.complement = 7.0;
    const Schedule schedule = schedule_of(ScheduleKind::ve);
    PathIntegrals path(law);
    path.begin(1);
    for (const double t : {0.9, 0.05}) {
        Posterior posterior;
        posterior.time = schedule.at(Time{t});
        posterior.norm2 = Lanes::Ones(1);
        posterior.covariance_trace = Lanes::Zero(1);
        for (const double s : {1.5, 3.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5})
            posterior.covariance_trace[0] += t * s / (s + t);
        path.visit(posterior);
    }
    double exact = 0.0;  // 1/2 sum log( (1 + S/0.05)/(1 + S/0.9) )
    for (const double s : {1.5, 3.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}) {
        exact += 0.5 * std::log((1.0 + s / 0.05) / (1.0 + s / 0.9));
    }
    EXPECT_NEAR(path.information()[0], exact, 1e-12);
}

TEST(PathIntegrals, EnvironmentOfVariancePreservingProcessesIsHalfTheLossOfNorm) {
    const law::Law law = two_variances();
    for (const ScheduleKind kind : {ScheduleKind::ou, ScheduleKind::vp_linear, ScheduleKind::vp_cosine}) {
        PathIntegrals up(law), down(law);
        travel(up, schedule_of(kind), 0.05, 0.9, 7);
        travel(down, schedule_of(kind), 0.9, 0.05, 7);
        for (Index j = 0; j < lanes; ++j) {
            const double d_env = -0.5 * (norm2(j, 0.9) - norm2(j, 0.05));  // from 0.05 to 0.9

            EXPECT_NEAR(up.environment()[j], d_env, 1e-9);     // E(0.9) - E(0.05), E(0.05) = 0
            EXPECT_NEAR(-down.environment()[j], d_env, 1e-9);  // E(0.9) - E(0.05), E(0.9) = 0
        }
    }
}

TEST(PathIntegrals, EnvironmentVanishesWithoutDrift) {
    const law::Law law = two_variances();
    for (const ScheduleKind kind : {ScheduleKind::ve, ScheduleKind::edm}) {
        PathIntegrals path(law);
        travel(path, schedule_of(kind), 0.9, 0.05, 5);
        EXPECT_TRUE((path.environment() == 0.0).all());
    }
}

// dx = f x dt + g dB with f = -1/(1 - t), g^2 = 2t/(1 - t): D_env = int (2 f/g^2) x o dx = -int d|x|^2/(2 t).
TEST(PathIntegrals, EnvironmentOfFlowMatchingFollowsItsTimeDependentRatio) {
    const law::Law law = two_variances();
    const Schedule schedule = schedule_of(ScheduleKind::flow_matching);
    PathIntegrals up(law), down(law), coarse(law);
    travel(up, schedule, 0.05, 0.9, 800);
    travel(down, schedule, 0.9, 0.05, 800);
    travel(coarse, schedule, 0.05, 0.9, 400);
    for (Index j = 0; j < lanes; ++j) {
        const auto slope = [](double t) { return 4.0 * std::cos(4.0 * t) + 10.0 * t; };
        const double exact = integral([&](double t) { return -slope(t) / (2.0 * t); }, 0.05, 0.9);
        const double error = up.environment()[j] - exact;

        EXPECT_NEAR(error / exact, 0.0, 1e-4);
        EXPECT_NEAR(-down.environment()[j], up.environment()[j], 1e-10);
        EXPECT_NEAR((coarse.environment()[j] - exact) / error, 4.0, 0.2)
            << "the trapezoid is of second order";
        // by parts: [ (f/g^2)|x|^2 ] - int |x|^2 d(f/g^2)
        const double bracket = -norm2(j, 0.9) / 1.8 + norm2(j, 0.05) / 0.1;
        const double rest = integral([&](double t) { return norm2(j, t) / (2.0 * t * t); }, 0.05, 0.9);
        EXPECT_NEAR(bracket - rest, exact, 1e-9);
    }
}

// Of a path with |x|^2 = E|x|^2 = alpha^2 E|y|^2 + sigma^2 d the integral is exact on any times: E|y|^2 = 8.125, d = 5.
TEST(PathIntegrals, EnvironmentOfTheAveragePathOfFlowMatchingIsExactOverAnyStep) {
    const law::Law law = two_variances();
    const Schedule schedule = schedule_of(ScheduleKind::flow_matching);
    PathIntegrals path(law);
    path.begin(1);
    for (const double t : {0.05, 0.3, 0.9}) {
        Posterior posterior;
        posterior.time = schedule.at(Time{t});
        posterior.covariance_trace = Lanes::Ones(1);
        posterior.norm2 = Lanes::Constant(1, 8.125 * (1.0 - t) * (1.0 - t) + 5.0 * t * t);
        path.visit(posterior);
    }
    const auto slope = [](double t) { return -16.25 * (1.0 - t) + 10.0 * t; };
    const double exact = integral([&](double t) { return -slope(t) / (2.0 * t); }, 0.05, 0.9);
    EXPECT_NEAR(path.environment()[0], exact, 1e-11);
}

TEST(PathIntegrals, DirectionIsThatOfTimeAndBeginForgets) {
    const law::Law law = two_variances();
    const Schedule schedule = schedule_of(ScheduleKind::ou);
    PathIntegrals path(law);
    travel(path, schedule, 0.9, 0.05, 3);
    EXPECT_EQ(path.direction(), -1.0);
    const Lanes once = path.information();
    travel(path, schedule, 0.9, 0.05, 3);
    EXPECT_TRUE((path.information() == once).all());
    path.begin(lanes + 2);
    EXPECT_EQ(path.direction(), 0.0);
    EXPECT_EQ(path.information().size(), lanes + 2);
    EXPECT_TRUE((path.information() == 0.0).all() && (path.environment() == 0.0).all());
    travel(path, schedule, 0.05, 0.9, 3);
    EXPECT_EQ(path.direction(), 1.0);
    EXPECT_TRUE((path.information() > 0.0).all());
}

}  // namespace
}  // namespace kairos::measure
