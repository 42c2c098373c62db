// Integrators on laws whose exact end is known. On one Gaussian a step is x <- a x + b + c xi: the
// coefficients are read off from two states and the noise that the step drew, and give mean and variance at
// the end without sampling.
#include "kairos/dynamics/integrators.hpp"

#include <gtest/gtest.h>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <functional>
#include <string>

#include "brute_force.hpp"
#include "support/consistent.hpp"

namespace kairos::dynamics {
namespace {

using test::isotropic;

constexpr NoiseKeys keys{.seed = 7};

law::Law one_gaussian(double mean, double variance, double complement = 0.0) {
    law::Mixture mixture;
    mixture.means = Matrix::Constant(1, 1, mean);
    mixture.weights = Vector::Ones(1);
    mixture.covariances = {isotropic(variance)};
    mixture.complement = complement;
    return test::law_of(mixture);
}

States states_at(double x, Index count, double radius2 = 0.0) {
    return {TrajectoryId{0}, Rows::Constant(1, count, x), Lanes::Constant(count, radius2)};
}

States stepped(Integrator& integrator, PosteriorEvaluator& evaluator, const States& from,
               const Schedule& schedule, Time t, Time s, StepId step) {
    Posterior posterior;
    States states = from;
    evaluator.evaluate(states, schedule.at(t), integrator.request(keys, step), posterior);
    integrator.step(states, posterior, schedule.at(s), keys, step);
    return states;
}

struct Affine {
    double a = 0, b = 0, c = 0;  // x <- a x + b + c xi
};

Affine affine_step(IntegratorKind kind, const law::Law& law, const Schedule& schedule, Time t, Time s) {
    Integrator integrator(kind, law, schedule);
    PosteriorEvaluator evaluator(law);
    const StepId step{3};
    const States zero = stepped(integrator, evaluator, states_at(0.0, 2), schedule, t, s, step);
    const States one = stepped(integrator, evaluator, states_at(1.0, 2), schedule, t, s, step);
    StepNoise noise;
    draw_step_noise(keys, step, law.mixture.complement, TrajectoryId{0}, 1, 2, noise);
    Affine out;
    out.a = one.x(0, 0) - zero.x(0, 0);
    out.c = (zero.x(0, 1) - zero.x(0, 0)) / (noise.xi()(0, 1) - noise.xi()(0, 0));
    out.b = zero.x(0, 0) - out.c * noise.xi()(0, 0);
    return out;
}

struct MeanVariance {
    double mean = 0, variance = 0;
};

// Error of mean and variance at the end of n steps from the exact start.
MeanVariance error_after(IntegratorKind kind, const law::Law& law, const Schedule& schedule, double from,
                         double to, int n) {
    const double mu = law.mixture.means(0, 0), S = law.mixture.covariances[0].isotropic;
    const auto exact = [&](double t) {
        const double alpha = schedule.alpha(Time{t});
        return MeanVariance{alpha * mu, alpha * alpha * S + schedule.sigma2(Time{t})};
    };
    MeanVariance now = exact(from);
    for (int i = 0; i < n; ++i) {
        const double t = from + (to - from) * i / n, s = from + (to - from) * (i + 1) / n;
        const Affine step = affine_step(kind, law, schedule, Time{t}, Time{s});
        now = {step.a * now.mean + step.b, step.a * step.a * now.variance + step.c * step.c};
    }
    return {now.mean - exact(to).mean, now.variance - exact(to).variance};
}

struct Process {
    ScheduleKind kind;
    double from, to;
};

std::vector<Process> processes() {
    return {{ScheduleKind::ou, 1.5, 0.3},        {ScheduleKind::ve, 2.0, 0.3},
            {ScheduleKind::edm, 2.0, 0.5},       {ScheduleKind::vp_linear, 0.6, 0.2},
            {ScheduleKind::vp_cosine, 0.7, 0.2}, {ScheduleKind::flow_matching, 0.7, 0.2}};
}

class EveryProcess : public testing::TestWithParam<Process> {};

// Halving the step divides the error by 2^order.
void expect_order(IntegratorKind kind, const Process& process, double order) {
    const law::Law law = one_gaussian(0.8, 0.5);
    const Schedule schedule(process.kind, {});
    const MeanVariance coarse = error_after(kind, law, schedule, process.from, process.to, 64);
    const MeanVariance fine = error_after(kind, law, schedule, process.from, process.to, 128);
    EXPECT_GT(std::abs(coarse.variance), 1e-7);
    EXPECT_NEAR(std::log2(coarse.variance / fine.variance), order, 0.15);
    // The mean of one Gaussian is kept exactly where it does not move (f = 0) or where the step is exact for it.
    constexpr double rounding = 1e-12;
    if (std::abs(coarse.mean) < rounding) {
        EXPECT_LT(std::abs(fine.mean), rounding);
    } else {
        EXPECT_NEAR(std::log2(coarse.mean / fine.mean), order, 0.15);
    }
}

TEST_P(EveryProcess, EulerMaruyamaHasWeakOrderOne) {
    expect_order(IntegratorKind::euler_maruyama, GetParam(), 1);
}
TEST_P(EveryProcess, HeunHasWeakOrderTwo) { expect_order(IntegratorKind::heun, GetParam(), 2); }
TEST_P(EveryProcess, OdeHeunHasOrderTwo) { expect_order(IntegratorKind::ode_heun, GetParam(), 2); }
TEST_P(EveryProcess, ExponentialHasWeakOrderOne) { expect_order(IntegratorKind::exponential, GetParam(), 1); }

// One datum: E[y|x] is constant, so freezing it costs nothing. x_s | x_t is the Gaussian bridge to that
// datum.
TEST_P(EveryProcess, ExponentialIsExactOnAPoint) {
    const double mu = 0.8;
    const law::Law law = one_gaussian(mu, 0.0);
    const Schedule schedule(GetParam().kind, {});
    const Time t{GetParam().from}, s{GetParam().to};
    const Affine step = affine_step(IntegratorKind::exponential, law, schedule, t, s);
    const double A = schedule.alpha(t) / schedule.alpha(s), sigma2_t = schedule.sigma2(t),
                 sigma2_s = schedule.sigma2(s);
    const double slope = A * sigma2_s / sigma2_t;
    EXPECT_NEAR(step.a, slope, 1e-13);
    EXPECT_NEAR(step.b, schedule.alpha(s) * mu - slope * schedule.alpha(t) * mu, 1e-13);
    EXPECT_NEAR(step.c * step.c, sigma2_s - slope * slope * sigma2_t, 1e-13);
}

// One step by its definition, with the closed score of the Gaussian and the noise handed to the formula.
TEST_P(EveryProcess, EulerMaruyamaIsItsFormula) {
    const law::Law law = one_gaussian(0.8, 0.5);
    const Schedule schedule(GetParam().kind, {});
    const double t = GetParam().from, dt = 0.01, alpha = schedule.alpha(Time{t});
    const double gamma = alpha * alpha * 0.5 + schedule.sigma2(Time{t}), g2 = schedule.diffusion2(Time{t});
    const Affine step = affine_step(IntegratorKind::euler_maruyama, law, schedule, Time{t}, Time{t - dt});
    EXPECT_NEAR(step.a, 1 - (schedule.drift(Time{t}) + g2 / gamma) * dt, 1e-12);
    EXPECT_NEAR(step.b, g2 * alpha * 0.8 / gamma * dt, 1e-12);
    EXPECT_NEAR(step.c, std::sqrt(g2 * dt), 1e-12);
}

// A centred Gaussian: every direction of the complement moves as the explicit one does, x_perp <- a x_perp +
// c xi.
TEST_P(EveryProcess, ComplementFollowsTheSameLinearMap) {
    const Schedule schedule(GetParam().kind, {});
    const Time t{GetParam().from}, s{GetParam().to};
    for (const auto kind : {IntegratorKind::euler_maruyama, IntegratorKind::exponential, IntegratorKind::heun,
                            IntegratorKind::ode_heun}) {
        for (const double complement : {1.0, 5.0}) {
            const law::Law law = one_gaussian(0.0, 0.5, complement);
            Integrator integrator(kind, law, schedule);
            PosteriorEvaluator evaluator(law);
            const States out =
                stepped(integrator, evaluator, states_at(0.4, 9, 2.25), schedule, t, s, StepId{3});
            const Affine step = affine_step(kind, law, schedule, t, s);
            StepNoise noise;
            draw_step_noise(keys, StepId{3}, complement, TrajectoryId{0}, 1, 9, noise);
            for (Index j = 0; j < 9; ++j) {
                const double along = step.a * 1.5 + step.c * noise.z()(j);
                EXPECT_NEAR(out.radius2[j], along * along + step.c * step.c * noise.chi2[j], 1e-12);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Integrators, EveryProcess, testing::ValuesIn(processes()), [](const auto& process) {
    std::string text = name(process.param.kind);
    std::erase(text, '-');
    return text;
});

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

TEST(Integrators, AskForTheScoreAndTheExactOneForAComponent) {
    const law::Law law = one_gaussian(0.8, 0.5);
    const Schedule schedule(ScheduleKind::ou, {});
    const Request exact = Integrator(IntegratorKind::exact, law, schedule).request(keys, StepId{7});
    EXPECT_FALSE(exact.score);
    ASSERT_TRUE(exact.draw.has_value());
    EXPECT_EQ(exact.draw->step, StepId{7});
    EXPECT_EQ(exact.draw->stream.purpose, keys.choice);
    const Request heun = Integrator(IntegratorKind::heun, law, schedule).request(keys, StepId{7});
    EXPECT_TRUE(heun.score && !heun.draw);
    EXPECT_EQ(Integrator(IntegratorKind::heun, law, schedule).kind(), IntegratorKind::heun);
}

}  // namespace
}  // namespace kairos::dynamics
