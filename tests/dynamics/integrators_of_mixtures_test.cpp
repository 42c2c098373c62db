// Integrators on two clusters, where the drift is not linear: representations against each other, the flow of the ODE against the
// quantiles that it keeps, errors against the exact second moment.
#include <gtest/gtest.h>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>

#include "dynamics/steps.hpp"
#include "support/consistent.hpp"

namespace kairos::dynamics {
namespace {

using test::isotropic, test::keys, test::states_at, test::stepped;

// Two clusters of different variance in d = 4, reduced to r = 1 and in full.
law::Law two_variances(bool full) {
    law::Mixture mixture;
    mixture.means = Matrix::Identity(full ? 4 : 1, 1) * Eigen::RowVector2d(0.7, -0.7);
    mixture.weights = Eigen::Vector2d(0.4, 0.6);
    mixture.covariances = {isotropic(0.2), isotropic(1.5)};
    mixture.complement = full ? 0.0 : 3.0;
    return test::law_of(mixture);
}

TEST(Integrators, ReducedAndFullOdeStepsAgree) {
    const Schedule schedule(ScheduleKind::ou, {});
    const law::Law reduced = two_variances(false), full = two_variances(true);
    Integrator of_reduced(IntegratorKind::ode_heun, reduced, schedule),
        of_full(IntegratorKind::ode_heun, full, schedule);
    PosteriorEvaluator reduced_evaluator(reduced), full_evaluator(full);
    States start = test::random_states(full.mixture, 20, 1.0, 41), small;
    small.x = start.x.topRows(1);
    small.radius2 = start.x.bottomRows(3).colwise().squaredNorm().array();
    const States a = stepped(of_reduced, reduced_evaluator, small, schedule, Time{0.9}, Time{0.6}, StepId{0});
    const States b = stepped(of_full, full_evaluator, start, schedule, Time{0.9}, Time{0.6}, StepId{0});
    EXPECT_LT((a.x - b.x.topRows(1)).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LT((a.radius2 - b.x.bottomRows(3).colwise().squaredNorm().array()).abs().maxCoeff(), 1e-12);
}

// The same law of (x_1, R2) after two noisy steps in either representation.
TEST(Integrators, ReducedAndFullNoisyStepsHaveTheSameLaw) {
    const Schedule schedule(ScheduleKind::ou, {});
    const Index m = 200000;
    for (const auto kind :
         {IntegratorKind::euler_maruyama, IntegratorKind::exponential, IntegratorKind::heun}) {
        std::vector<std::array<double, 8>> moments;
        for (const bool full : {false, true}) {
            const law::Law law = two_variances(full);
            Integrator integrator(kind, law, schedule);
            PosteriorEvaluator evaluator(law);
            States states{TrajectoryId{full ? 1000000U : 0U}, Rows::Zero(full ? 4 : 1, m), Lanes::Zero(m)};
            states.x.row(0).setConstant(0.3);
            full ? states.x.row(1).setConstant(1.2) : states.x.row(0);
            if (!full) states.radius2.setConstant(1.44);
            states = stepped(integrator, evaluator, states, schedule, Time{0.9}, Time{0.6}, StepId{0});
            states = stepped(integrator, evaluator, states, schedule, Time{0.6}, Time{0.3}, StepId{1});
            const Lanes x = states.x.row(0).array();
            const Lanes radius2 =
                full ? Lanes(states.x.bottomRows(3).colwise().squaredNorm().array()) : states.radius2;
            const auto mean_and_error = [m](const Lanes& v) {
                return std::pair(v.mean(), (v - v.mean()).square().mean() / static_cast<double>(m));
            };
            std::array<double, 8> values{};
            std::size_t i = 0;
            for (const Lanes& v : {x, Lanes(x.square()), radius2, Lanes(radius2 * x)}) {
                std::tie(values[i], values[i + 1]) = mean_and_error(v);
                i += 2;
            }
            moments.push_back(values);
        }
        for (std::size_t i = 0; i < 8; i += 2) {
            test::expect_consistent(moments[0][i], std::sqrt(moments[0][i + 1] + moments[1][i + 1]),
                                    moments[1][i], "moment " + std::to_string(i / 2));
        }
    }
}

// Two clusters in one dimension. The flow of the ODE keeps quantiles: P_s(x_s) = P_t(x_t).
TEST(Integrators, OdeHeunFollowsTheQuantilesOfTwoClusters) {
    law::Mixture mixture;
    mixture.means = (Matrix(1, 2) << 1.0, -1.0).finished();
    mixture.weights = Eigen::Vector2d(0.3, 0.7);
    mixture.covariances = {isotropic(0.2)};
    const law::Law law = test::law_of(mixture);
    const Schedule schedule(ScheduleKind::ou, {});
    const auto distribution = [&](double x, double t) {
        const double alpha = schedule.alpha(Time{t}), gamma = alpha * alpha * 0.2 + schedule.sigma2(Time{t});
        const auto below = [&](double mean) {
            return 0.5 * boost::math::erfc((alpha * mean - x) / std::sqrt(2 * gamma));
        };
        return 0.3 * below(1.0) + 0.7 * below(-1.0);
    };
    const double start = 0.35, from = 1.5, to = 0.2;
    std::uintmax_t limit = 200;
    const auto root = boost::math::tools::toms748_solve(
        [&](double x) { return distribution(x, to) - distribution(start, from); }, -4.0, 4.0,
        boost::math::tools::eps_tolerance<double>(50), limit);
    std::vector<double> errors;
    for (const int n : {32, 64, 128}) {
        Integrator integrator(IntegratorKind::ode_heun, law, schedule);
        PosteriorEvaluator evaluator(law);
        States states = states_at(start, 1);
        for (int i = 0; i < n; ++i) {
            states = stepped(integrator, evaluator, states, schedule, Time{from + (to - from) * i / n},
                             Time{from + (to - from) * (i + 1) / n}, StepId{0});
        }
        errors.push_back(states.x(0, 0) - root.first);
    }
    EXPECT_NEAR(std::log2(errors[0] / errors[1]), 2.0, 0.2);
    EXPECT_NEAR(std::log2(errors[1] / errors[2]), 2.0, 0.1);
}

// E[x^2] of two clusters after few steps, where the drift is not linear.
TEST(Integrators, HeunBeatsEulerMaruyamaOnTwoClusters) {
    law::Mixture mixture;
    mixture.means = (Matrix(1, 2) << 1.0, -1.0).finished();
    mixture.weights = Vector::Constant(2, 0.5);
    mixture.covariances = {isotropic(0.1)};
    const law::Law law = test::law_of(mixture);
    const Schedule schedule(ScheduleKind::ou, {});
    const Index m = 200000;
    const double from = 2.0, to = 0.3;
    const auto second_moment = [&](IntegratorKind kind, int n) {
        ExactTransition exact(law, schedule);
        CleanData clean;
        States states;
        exact.draw_clean(5, StepId{0}, TrajectoryId{0}, m, clean);
        exact.noised(clean, schedule.at(Time{from}), 5, StepId{0}, states);
        Integrator integrator(kind, law, schedule);
        PosteriorEvaluator evaluator(law);
        for (int i = 0; i < n; ++i) {
            states = stepped(integrator, evaluator, states, schedule, Time{from + (to - from) * i / n},
                             Time{from + (to - from) * (i + 1) / n}, StepId{static_cast<std::uint32_t>(i)});
        }
        return states.x.squaredNorm() / static_cast<double>(m);
    };
    const double alpha2 = std::pow(schedule.alpha(Time{to}), 2);
    const double target =
        alpha2 * 1.1 + schedule.sigma2(Time{to});  // standard error of the estimates: about 0.002
    const auto error = [&](IntegratorKind kind, int n) { return std::abs(second_moment(kind, n) - target); };
    EXPECT_LT(error(IntegratorKind::exact, 4), 4.5 * 0.002);
    EXPECT_GT(error(IntegratorKind::euler_maruyama, 8), 9 * 0.002);  // far beyond the noise
    EXPECT_LT(error(IntegratorKind::heun, 8), 0.5 * error(IntegratorKind::euler_maruyama, 8));
    EXPECT_LT(error(IntegratorKind::heun, 16), 0.5 * error(IntegratorKind::euler_maruyama, 16));
}

}  // namespace
}  // namespace kairos::dynamics
