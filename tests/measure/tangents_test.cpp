// Finite-time exponents against products of dense Jacobians J_b = -f + g^2 (-1/sigma^2 + (alpha^2/sigma^4) Cov(y|x)), decomposed
// once at the end, and against integrals of J_b of one Gaussian, where it is -f - g^2 C^-1.
#include "kairos/measure/tangents.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "dynamics/brute_force.hpp"
#include "kairos/base/error.hpp"
#include "kairos/dynamics/time_grid.hpp"
#include "support/dense.hpp"

namespace kairos::measure {
namespace {

using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;

std::vector<TimePoint> descending(const Schedule& schedule, dynamics::GridKind kind, int points) {
    std::vector<TimePoint> out;
    for (const Time t : dynamics::regular_grid(kind, schedule, points))
        out.insert(out.begin(), schedule.at(t));
    return out;
}

// Tangents along given states, one block a time; exponents at the end of the path.
Rows exponents_along(const law::Law& law, const std::vector<TimePoint>& times,
                     const std::vector<dynamics::States>& states, int count, double score_share = 1.0) {
    Tangents tangents(law, count, score_share);
    dynamics::PosteriorEvaluator evaluator(law);
    dynamics::Posterior posterior;
    tangents.begin(states[0].count());
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        evaluator.evaluate(states[i], times[i], {.score = true}, posterior);
        tangents.step(evaluator, states[i], posterior, times[i + 1]);
    }
    tangents.read(times.front().t.value - times.back().t.value);
    return tangents.exponents();
}

Matrix jacobian(const law::Mixture& mixture, const Vector& x, const TimePoint& at, double score_share) {
    const double gain = at.alpha / at.sigma2, diffusion2 = score_share * at.diffusion2;
    return (-at.drift - diffusion2 / at.sigma2) * Matrix::Identity(x.size(), x.size()) +
           diffusion2 * gain * gain * test::brute_force(mixture, x, at).covariance;
}

// log |R_ii| over the time passed, of the product of all steps on the orthonormal columns of `start`.
Vector exponents_by_products(const law::Mixture& mixture, const std::vector<TimePoint>& times,
                             const std::vector<dynamics::States>& states, Index lane, const Matrix& start,
                             double score_share) {
    Matrix product = start;
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        const double dt = times[i].t.value - times[i + 1].t.value;
        product += dt * jacobian(mixture, test::full_state(mixture, states[i], lane), times[i], score_share) *
                   product;
    }
    const Vector grown = test::triangular_diagonal(product).array().log();
    return grown / (times.front().t.value - times.back().t.value);
}

// Means that span all three coordinates; every covariance of its own kind.
law::Law spanning_law() {
    law::Law law;
    law.mixture.means = Matrix{{1.0, -0.6, 0.2, 0.9}, {0.1, 0.8, -1.2, -0.3}, {-0.5, 0.4, 0.3, 1.1}};
    law.mixture.weights = Vector{{0.1, 0.4, 0.3, 0.2}};
    law.mixture.covariances = {test::isotropic(0.4), test::diagonal(0.2, Vector{{0.5, 0.0, 1.0}}),
                               test::directed(0.3, test::random_orthonormal(3, 2, 5), Vector{{0.9, -0.1}}),
                               test::isotropic(0.7)};
    return law;
}

// Principal directions of the means about their weighted centre, leading first.
Matrix principal_directions(const law::Mixture& mixture) {
    const Matrix means = mixture.means;
    const Vector centre = means * mixture.weights;
    Matrix spread = Matrix::Zero(means.rows(), means.rows());
    for (Index k = 0; k < means.cols(); ++k)
        spread += mixture.weights(k) * (means.col(k) - centre) * (means.col(k) - centre).transpose();
    return test::eigenvectors(spread).rowwise().reverse();
}

TEST(Tangents, GrowByTheProductOfAllJacobians) {
    const law::Law law = spanning_law();
    for (const ScheduleKind kind : {ScheduleKind::ou, ScheduleKind::edm, ScheduleKind::flow_matching}) {
        const Schedule schedule(kind, {.t_min = 0.2, .t_max = 0.9});
        const auto times = descending(schedule, dynamics::GridKind::uniform, 40);
        std::vector<dynamics::States> states;  // no path of the dynamics: any will do
        for (unsigned i = 0; i < times.size(); ++i)
            states.push_back(test::random_states(law.mixture, 4, 1.2, 50 + i));
        const Matrix start = principal_directions(law.mixture);
        for (const int count : {1, 2, 3}) {
            const double share = count == 2 ? 0.5 : 1.0;  // the probability flow, the SDE
            const Rows found = exponents_along(law, times, states, count, share);
            ASSERT_EQ(found.rows(), count);
            for (Index j = 0; j < 4; ++j) {
                const Vector expected =
                    exponents_by_products(law.mixture, times, states, j, start.leftCols(count), share);
                for (Index i = 0; i < count; ++i) EXPECT_NEAR(found(i, j), expected(i), 1e-9) << i;
            }
        }
    }
}

law::Law one_gaussian(const Vector& variances) {
    law::Law law;
    law.mixture.means = Matrix::Constant(variances.size(), 1, 0.4);
    law.mixture.weights = Vector::Ones(1);
    law.mixture.covariances = {test::diagonal(0.0, variances)};
    return law;
}

double rate(const TimePoint& at, double variance) {
    return -at.drift - at.diffusion2 / (at.alpha * at.alpha * variance + at.sigma2);
}

double integrated_rate(const Schedule& schedule, double variance, double from, double to) {
    const auto f = [&](double t) { return rate(schedule.at(Time{t}), variance); };
    return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(f, from, to, 15, 1e-12);
}

// Sum over all directions: the trace of J_b, whatever the tangents began as. Halving the steps halves the error of Euler's rule.
TEST(Tangents, OfOneGaussianAddUpToTheIntegratedTrace) {
    const Vector variances{{2.0, 0.7, 0.1}};
    const law::Law law = one_gaussian(variances);
    for (const ScheduleKind kind : {ScheduleKind::ou, ScheduleKind::edm, ScheduleKind::vp_cosine}) {
        const Schedule schedule(kind, {.t_min = 0.1, .t_max = 0.9});
        double exact = 0.0;
        for (const double s : variances) exact += integrated_rate(schedule, s, 0.1, 0.9) / 0.8;
        double error[2];
        for (const int half : {0, 1}) {
            const auto times = descending(schedule, dynamics::GridKind::uniform, half ? 1601 : 801);
            const std::vector<dynamics::States> states(times.size(),
                                                       test::random_states(law.mixture, 1, 1.0, 3));
            error[half] = exponents_along(law, times, states, 3).sum() - exact;
        }
        EXPECT_LT(std::abs(error[1]), 2e-2 * std::abs(exact));
        EXPECT_NEAR(error[0] / error[1], 2.0, 0.05);
    }
}

// Once the tangents have turned to the eigenvectors of S (growths apart by more than e^9, squared in what is missing), each grows by
// the integral of its own eigenvalue of J_b.
TEST(Tangents, OfOneGaussianEachFollowItsOwnDirection) {
    const Vector variances{{1e5, 1.0, 1e-8}};  // the wider, the less it shrinks on the way down
    const law::Law law = one_gaussian(variances);
    const Schedule schedule(ScheduleKind::ve, {.t_min = 1e-6, .t_max = 1e4});
    const auto times = descending(schedule, dynamics::GridKind::log_snr, 23001);
    const std::size_t turned = 18400;  // t about 1e-4
    const dynamics::States states = test::random_states(law.mixture, 1, 1.0, 3);
    dynamics::PosteriorEvaluator evaluator(law);
    dynamics::Posterior posterior;
    Tangents tangents(law, 3);
    tangents.begin(1);
    Vector before = Vector::Zero(3), by_steps = Vector::Zero(3);
    for (std::size_t i = 0; i + 1 < times.size(); ++i) {
        if (i == turned) {
            tangents.read(1.0);  // log growth itself
            before = tangents.exponents().col(0);
        }
        evaluator.evaluate(states, times[i], {.score = true}, posterior);
        tangents.step(evaluator, states, posterior, times[i + 1]);
        const double dt = times[i].t.value - times[i + 1].t.value;
        for (Index d = 0; d < 3 && i >= turned; ++d)
            by_steps(d) += std::log(std::abs(1.0 + dt * rate(times[i], variances(d))));
    }
    tangents.read(1.0);
    for (Index d = 0; d < 3; ++d) {
        const double grown = tangents.exponents()(d, 0) - before(d);
        const double exact =
            integrated_rate(schedule, variances(d), times.back().t.value, times[turned].t.value);
        EXPECT_NEAR(grown, by_steps(d), 1e-6) << d;
        EXPECT_NEAR(grown, exact, 1e-3 * std::abs(exact) + 1e-6) << d;
    }
    EXPECT_LT(tangents.exponents()(2, 0) - before(2), -4.0);
}

// Reduced: directions of the complement grow by -f - g^2/Gamma; the same exponents as of all coordinates.
TEST(Tangents, BeyondTheExplicitCoordinatesLieInTheComplement) {
    const double separation = 1.3, variance = 0.6;
    law::Law reduced, full;
    reduced.mixture.means = Matrix{{separation, -separation}};
    full.mixture.means = Matrix{{separation, -separation}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}};
    for (law::Law* law : {&reduced, &full}) {
        law->mixture.weights = Vector{{0.5, 0.5}};
        law->mixture.covariances = {test::isotropic(variance)};
    }
    reduced.mixture.complement = 3.0;
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.1, .t_max = 2.0});
    const auto times = descending(ou, dynamics::GridKind::log_snr, 30);
    std::vector<dynamics::States> few, all;
    for (unsigned i = 0; i < times.size(); ++i) {
        few.push_back(test::random_states(reduced.mixture, 3, 1.0, i));
        all.push_back({.x = Rows::Zero(4, 3), .radius2 = Lanes::Zero(3)});
        all.back().x.row(0) = few.back().x.row(0);
        all.back().x.row(1) = few.back().radius2.sqrt().matrix();
    }
    const Rows found = exponents_along(reduced, times, few, 4),
               expected = exponents_along(full, times, all, 4);
    double across = 0.0;
    for (std::size_t i = 0; i + 1 < times.size(); ++i)
        across +=
            std::log(std::abs(1.0 + (times[i].t.value - times[i + 1].t.value) * rate(times[i], variance)));
    for (Index j = 0; j < 3; ++j)
        for (Index i = 0; i < 4; ++i) {
            EXPECT_NEAR(found(i, j), expected(i, j), 1e-10);
            if (i > 0) {
                EXPECT_NEAR(found(i, j), across / 1.9, 1e-10);
            }
        }
}

TEST(Tangents, HaveNoExponentsBeforeTimeHasPassed) {
    const law::Law law = spanning_law();
    Tangents tangents(law, 2);
    tangents.begin(5);
    tangents.read(0.0);
    ASSERT_EQ(tangents.exponents().rows(), 2);
    ASSERT_EQ(tangents.exponents().cols(), 5);
    EXPECT_TRUE(tangents.exponents().array().isNaN().all());
}

void expect_refused(const law::Law& law, int count, const std::string& because) {
    try {
        const Tangents refused(law, count);
        ADD_FAILURE() << count << " tangents were not refused";
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.key, "observe.tangents");
        EXPECT_EQ(error.value, std::to_string(count));
        EXPECT_NE(std::string(error.what()).find(because), std::string::npos) << error.what();
    }
}

TEST(Tangents, RefusesMoreThanDimensionsAndRadiiThatMatter) {
    law::Law unequal = spanning_law();
    unequal.mixture.complement = 2.0;
    expect_refused(spanning_law(), 4, "is more than the dimension");
    expect_refused(unequal, 1, "variances differ");
    EXPECT_NO_THROW(Tangents(unequal, 0));
    EXPECT_NO_THROW(Tangents(spanning_law(), 3));
}

}  // namespace
}  // namespace kairos::measure
