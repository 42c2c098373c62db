// Guided scores against finite differences of log p_t(x) and log p_t(x|c), and steps under guidance against what a single class does.
#include "kairos/dynamics/guidance.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/brute_force.hpp"
#include "dynamics/many_data.hpp"
#include "dynamics/steps.hpp"
#include "kairos/law/class_alone.hpp"

namespace kairos::dynamics {
namespace {

// Five components of their own variances in two classes: three in all coordinates, two directions of the complement.
law::Law five_components() {
    law::Mixture mixture;
    mixture.means = 2.0 * test::random_matrix(3, 5, 7);
    mixture.weights.resize(5);
    mixture.weights << 0.1, 0.3, 0.2, 0.15, 0.25;
    for (const double variance : {0.1, 0.2, 0.3, 0.4, 0.5})
        mixture.covariances.push_back(test::isotropic(variance));
    mixture.complement = 2;
    mixture.labels = test::labels_of({0, 1, 0, 1, 1});
    return test::law_of(mixture);
}

const TimePoint time_of_test = [] {
    TimePoint time = test::at(0.8, 0.36);
    time.t = Time{0.22};
    return time;
}();

Posterior scores(const law::Law& law, const States& states) {
    return test::evaluate(law.mixture, states, time_of_test, {.score = true});
}

// d log p/dx by central differences; in the complement x_perp lies along its first direction.
Vector slope(const law::Mixture& mixture, const Vector& x, const TimePoint& time) {
    Vector gradient(x.size());
    for (Index i = 0; i < x.size(); ++i) {
        constexpr double h = 1e-5;
        Vector up = x, down = x;
        up[i] += h;
        down[i] -= h;
        gradient[i] = (test::brute_force(mixture, up, time).log_density -
                       test::brute_force(mixture, down, time).log_density) /
                      (2 * h);
    }
    return gradient;
}

TEST(GuidedScore, IsTheMixtureOfTwoSlopes) {
    const law::Law law = five_components(), alone = law::class_alone(law, 1);
    const States states = test::random_states(law.mixture, 6, 1.5, 11);
    for (const double weight : {-0.5, 1.0, 3.0}) {
        GuidedScore guided(law, {1, weight, Time{0.1}, Time{0.5}}, {});
        const Posterior plain = scores(law, states);
        const Posterior& found = guided.of(states, plain);
        for (Index j = 0; j < states.count(); ++j) {
            const Vector x = test::full_state(law.mixture, states, j);
            const Vector s = slope(law.mixture, x, time_of_test), c = slope(alone.mixture, x, time_of_test);
            const Vector wanted = s + weight * (c - s);
            for (Index i = 0; i < 3; ++i)
                EXPECT_NEAR(found.score(i, j), wanted[i], 2e-8 * (1 + std::abs(wanted[i])));
            EXPECT_NEAR(-found.radial_rate[j] * x[3], wanted[3], 2e-8 * (1 + std::abs(wanted[3])));
        }
    }
}

// Data, streamed by, in 128 and more of a class: the same as that of the plain posterior of the class.
TEST(GuidedScore, ServesManyData) {
    const law::Law law = test::data_law(900, 7, 3, 5);
    const States states = test::states_of(law, time_of_test, 20, 6);
    GuidedScore guided(law, {2, 2.0, Time{0.1}, Time{0.5}}, {});
    const Posterior plain = scores(law, states);
    const Posterior& found = guided.of(states, plain);
    for (Index j = 0; j < states.count(); ++j) {
        const auto all = test::brute_force(law.mixture, states.x.col(j), time_of_test);
        const auto one = test::brute_force(law::class_alone(law, 2).mixture, states.x.col(j), time_of_test);
        const Vector wanted = all.score + 2.0 * (one.score - all.score);
        EXPECT_LT((found.score.col(j) - wanted).norm(), 1e-11 * (1 + wanted.norm()));
    }
}

// Where class 1 has no weight left (e^-3000), its score is still that of its Gaussian.
TEST(GuidedScore, KeepsItsDigitsFarFromTheClass) {
    law::Mixture mixture;
    mixture.means = Eigen::RowVector2d(-40.0, 40.0);
    mixture.weights = Eigen::Vector2d(0.5, 0.5);
    mixture.covariances = {test::isotropic(0.5)};
    mixture.labels = test::labels_of({0, 1});
    const law::Law law = test::law_of(mixture);
    const States states{TrajectoryId{0}, Rows::Constant(1, 1, -35.0), Lanes::Zero(1)};
    GuidedScore guided(law, {1, 1.0, Time{0.1}, Time{0.5}}, {});
    const double v = 0.64 * 0.5 + 0.36;
    EXPECT_NEAR(guided.of(states, scores(law, states)).score(0, 0), -(-35.0 - 0.8 * 40.0) / v, 1e-11);
}

TEST(GuidedScore, IsThePosteriorsOwnOutsideTheInterval) {
    const law::Law law = five_components();
    const States states = test::random_states(law.mixture, 3, 1.5, 12);
    const Posterior plain = scores(law, states);
    for (const auto& [from, to] : {std::pair(0.23, 0.5), std::pair(0.1, 0.21)}) {
        GuidedScore guided(law, {0, 2.0, Time{from}, Time{to}}, {});
        EXPECT_EQ(&guided.of(states, plain), &plain);
    }
    GuidedScore at_its_end(law, {0, 2.0, Time{0.22}, Time{0.22}}, {});
    EXPECT_NE(&at_its_end.of(states, plain), &plain);
}

// Weight 1 steps as the law of the class does, whatever the integrator; weight 0 as the whole law.
TEST(GuidedScore, IntegratorsFollowIt) {
    const Schedule schedule(ScheduleKind::ou, {});
    const law::Law law = five_components(), alone = law::class_alone(law, 1);
    const States start = test::random_states(law.mixture, 9, 1.2, 13);
    PosteriorEvaluator of_law(law), of_class(alone);
    for (const auto kind : {IntegratorKind::euler_maruyama, IntegratorKind::exponential, IntegratorKind::heun,
                            IntegratorKind::ode_heun}) {
        const auto guided = [&](double weight) {
            Integrator integrator(kind, law, schedule, {}, Guidance{1, weight, Time{0.0}, Time{9.0}});
            return test::stepped(integrator, of_law, start, schedule, Time{0.5}, Time{0.4}, StepId{3});
        };
        Integrator unguided(kind, law, schedule), one_class(kind, alone, schedule);
        const States whole =
            test::stepped(unguided, of_law, start, schedule, Time{0.5}, Time{0.4}, StepId{3});
        const States one =
            test::stepped(one_class, of_class, start, schedule, Time{0.5}, Time{0.4}, StepId{3});
        EXPECT_LT((guided(1.0).x - one.x).cwiseAbs().maxCoeff(), 1e-13);
        EXPECT_LT((guided(1.0).radius2 - one.radius2).abs().maxCoeff(), 1e-13);
        EXPECT_LT((guided(0.0).x - whole.x).cwiseAbs().maxCoeff(), 1e-13);
        EXPECT_GT((guided(1.0).x - whole.x).cwiseAbs().maxCoeff(), 1e-3);
    }
    EXPECT_THROW(Integrator(IntegratorKind::exact, law, schedule, {}, Guidance{}), std::invalid_argument);
}

}  // namespace
}  // namespace kairos::dynamics
