// Integrators on laws whose exact end is known. On one Gaussian a step is x <- a x + b + c xi: the
// coefficients are read off from two states and the noise that the step drew, and give mean and variance at
// the end without sampling.
#include "kairos/dynamics/integrators.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "dynamics/steps.hpp"

namespace kairos::dynamics {
namespace {

using test::isotropic, test::keys, test::states_at, test::stepped;

law::Law one_gaussian(double mean, double variance, double complement = 0.0) {
    law::Mixture mixture;
    mixture.means = Matrix::Constant(1, 1, mean);
    mixture.weights = Vector::Ones(1);
    mixture.covariances = {isotropic(variance)};
    mixture.complement = complement;
    return test::law_of(mixture);
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
