// Identities hold on average over p_t: by sums over all states of a one-dimensional law on a fine line, which are exact to rounding
// (the trapezoid of an analytic function that vanishes at both ends). States of another law break every identity that does not hold
// state by state.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>
#include <string>

#include "dynamics/brute_force.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/measure/identities.hpp"

namespace kairos::measure {
namespace {

using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;

constexpr Index points = 2001;
constexpr double reach = 16.0, spacing = 2.0 * reach / (points - 1);

law::Law line_law(double second_mean = 1.4) {
    law::Law law;
    law.mixture.means = Matrix{{-0.9, second_mean}};
    law.mixture.weights = Vector{{0.35, 0.65}};
    law.mixture.covariances = {test::isotropic(0.3), test::isotropic(0.8)};
    law.mixture.labels = test::labels_of({0, 1});
    law.axis = Vector{{1.0}};
    return law;
}

double density(double x, double mean, double variance) {
    return std::exp(-0.5 * (x - mean) * (x - mean) / variance) / std::sqrt(2.0 * std::numbers::pi * variance);
}

// Every x on the line behind every component of `source`, with its joint density times the spacing; the posterior is that of `law`.
struct Line {
    Line(const law::Law& law_, const TimePoint& time, const law::Law& source) : law(law_), path(law) {
        const law::Mixture& from = source.mixture;
        states.x.resize(1, 2 * points);
        states.radius2 = Lanes::Zero(2 * points);
        share.resize(2 * points);
        for (Index j = 0; j < 2 * points; ++j) {
            const Index k = j / points;
            const double x = -reach + spacing * static_cast<double>(j % points);
            const double variance = time.alpha * time.alpha * from.covariance(k).isotropic + time.sigma2;
            states.x(0, j) = x;
            share[j] = spacing * from.weights(k) * density(x, time.alpha * from.means(0, k), variance);
            clean.component.push_back(static_cast<int>(k));
        }
        dynamics::Request request = test::everything;
        request.fourth = true;
        dynamics::PosteriorEvaluator(law).evaluate(states, time, request, posterior);
        path.begin(2 * points);
        path.visit(posterior);
    }
    Line(const Line&) = delete;  // setting and path point into it
    Line& operator=(const Line&) = delete;

    [[nodiscard]] Sight sight() const {
        return {&setting, &states, &posterior, &path, &clean, nullptr, nullptr};
    }
    // E[value - expected], the largest of all columns
    [[nodiscard]] double average_difference(const Identity& row) const {
        const Index columns = row.axis == Axis::classes ? 2 : 1;
        Rows value(columns, 2 * points), expected(columns, 2 * points);
        row.evaluate(sight(), value, expected);
        return ((value - expected) * share.matrix().transpose()).cwiseAbs().maxCoeff();
    }

    law::Law law;
    Setting setting{&law, Direction::forward, dynamics::IntegratorKind::exact, 0};
    dynamics::States states;
    dynamics::CleanData clean;
    dynamics::Posterior posterior;
    PathIntegrals path;
    Lanes share;
};

TEST(IdentityAverages, AgreeOverTheLawAndNotOverAnother) {
    const std::map<std::string, bool> state_by_state = {
        {"stein", false},      {"score_mean", false}, {"divergence_norm", false}, {"rate_divergence", true},
        {"rate_score", false}, {"tower", false},      {"total_variance", false}};
    for (const ScheduleKind kind : {ScheduleKind::ou, ScheduleKind::ve, ScheduleKind::flow_matching}) {
        const TimePoint time = Schedule(kind, {}).at(Time{0.4});
        const Line right(line_law(), time, line_law()), wrong(line_law(), time, line_law(1.5));
        ASSERT_NEAR(right.share.sum(), 1.0, 1e-12);
        for (const Identity& row : identity_table()) {
            if (row.path_integral || row.missing(right.setting) != nullptr) continue;
            ASSERT_TRUE(state_by_state.contains(row.name)) << row.name;
            EXPECT_LT(right.average_difference(row), 1e-11) << row.name;
            if (state_by_state.at(row.name)) {
                EXPECT_LT(wrong.average_difference(row), 1e-11) << row.name;
            } else {
                EXPECT_GT(wrong.average_difference(row), 1e-3) << row.name;
            }
        }
    }
}

// d/dt of the entropy's side is the average rate: central differences with one Richardson step.
TEST(IdentityAverages, OfTheEntropyChangeWithTheAverageRate) {
    const law::Law law = line_law();
    const Identity* row = nullptr;
    for (const Identity& candidate : identity_table())
        if (candidate.name == "rate_derivative") row = &candidate;
    ASSERT_NE(row, nullptr);
    for (const ScheduleKind kind : {ScheduleKind::ou, ScheduleKind::ve, ScheduleKind::flow_matching}) {
        const Schedule schedule(kind, {});
        const double t = 0.4;
        const auto entropy = [&](double u) {
            const Line line(law, schedule.at(Time{u}), law);
            Rows value(1, 2 * points), expected(1, 2 * points);
            row->evaluate(line.sight(), value, expected);
            return (expected.row(0).array() * line.share).sum();
        };
        const auto slope = [&](double h) { return (entropy(t + h) - entropy(t - h)) / (2.0 * h); };
        const TimePoint time = schedule.at(Time{t});
        double rate = 0.0;
        const Line line(law, time, law);
        for (Index j = 0; j < points; ++j) {
            const double trace =
                test::brute_force(law.mixture, Vector(line.states.x.col(j)), time).covariance.trace();
            rate += (line.share[j] + line.share[points + j]) * 0.5 * time.diffusion2 * time.alpha *
                    time.alpha / (time.sigma2 * time.sigma2) * trace;
        }

        EXPECT_NEAR((4.0 * slope(1e-3) - slope(2e-3)) / 3.0, rate, 1e-8 * rate);
    }
}

// E[e^-D] over all pairs (x_1, noise of the step): 1 for the law behind the paths.
TEST(IdentityAverages, OfEntropyProductionObeyTheFluctuationTheorem) {
    const Schedule ou(ScheduleKind::ou, {});
    const TimePoint begin = ou.at(Time{0.5}), end = ou.at(Time{0.6});
    const law::Law law = line_law();
    const Identity* row = nullptr;
    for (const Identity& candidate : identity_table())
        if (candidate.name == "fluctuation") row = &candidate;
    ASSERT_NE(row, nullptr);
    const Schedule::Bridge bridge = ou.bridge(begin.t, end.t);
    Line first(law, begin, law), second(law, begin, law);
    double sum = 0.0, mass = 0.0;
    for (double xi = -9.0; xi <= 9.0; xi += 0.1) {
        first.path.begin(2 * points);
        first.path.visit(first.posterior);
        second.states.x = (bridge.ratio * first.states.x).array() + std::sqrt(bridge.variance) * xi;
        dynamics::PosteriorEvaluator(law).evaluate(second.states, end, {.spread = true}, second.posterior);
        second.path = first.path;
        second.path.visit(second.posterior);
        Rows before(1, 2 * points), after(1, 2 * points), expected(1, 2 * points);
        row->evaluate(first.sight(), before, expected);
        row->evaluate(second.sight(), after, expected);
        const double weight = 0.1 * density(xi, 0.0, 1.0);
        sum += weight * ((before - after).array().exp() * first.share).sum();
        mass += weight * first.share.sum();
    }
    EXPECT_NEAR(mass, 1.0, 1e-12);
    EXPECT_NEAR(sum, 1.0, 1e-9);
}

}  // namespace
}  // namespace kairos::measure
