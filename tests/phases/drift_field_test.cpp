// Drift and Jacobian against a dense mixture written anew and its differences.
#include "kairos/phases/drift_field.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kairos/law/covariance.hpp"
#include "phases/laws.hpp"
#include "phases/plain_drift.hpp"
#include "support/dense.hpp"

namespace {

using namespace kairos;
using phases::Drift;
using phases::DriftField;

law::Law different_covariances() {
    law::Law law = test::isotropic_law(Matrix{{1.0, -0.4, 0.2}, {0.3, 0.9, -1.1}}, 1.0);
    law.mixture.weights << 0.5, 0.3, 0.2;
    law.mixture.covariances = {law::full(Matrix{{0.5, 0.2}, {0.2, 0.3}}),
                               law::full(Matrix{{0.1, 0.0}, {0.0, 0.7}}),
                               law::full(Matrix{{0.4, -0.1}, {-0.1, 0.2}})};
    return law;
}

std::vector<law::Law> laws() {
    return {different_covariances(), test::isotropic_law(Matrix{{1.5, -0.5, 0.1}, {0.2, 1.0, -2.0}}, 0.6),
            test::isotropic_law(Matrix{{1.0, -1.0, 0.5, 0.0}, {0.5, 1.0, -1.0, 0.3}}, 0.0)};
}

double strength_of(Drift drift) { return drift == Drift::sde ? 1.0 : 0.5; }

double variance_per_dimension(const test::PlainMixture& mixture) {
    double trace = 0.0;
    for (std::size_t k = 0; k < mixture.weights.size(); ++k)
        trace += mixture.weights[k] * mixture.covariances[k].trace();
    return trace / static_cast<double>(mixture.means.front().size());
}

TEST(DriftField, HasTheZerosAndSignsOfTheGenerativeDrift) {
    const Vector u = Vector{{0.7, -0.3}};
    for (const dynamics::Schedule& schedule : test::every_schedule())
        for (const law::Law& law : laws())
            for (const Drift drift : {Drift::sde, Drift::ode}) {
                DriftField field(law, schedule, drift);
                const auto at = field.at(0.3);
                const test::PlainMixture plain = test::plain(law.mixture);
                const Vector b = test::PlainDrift(plain, at, strength_of(drift))(at.alpha * u);
                const double variance = at.sigma2 + at.alpha * at.alpha * variance_per_dimension(plain);
                const Vector expected = variance / (strength_of(drift) * at.diffusion2 * at.alpha) * b;
                EXPECT_LT((field.value(u, 0.3).drift - expected).norm(), 1e-11 * (1.0 + expected.norm()))
                    << test::name_of(schedule);
            }
}

TEST(DriftField, ScoreOfTheReferenceIsTheGradientOfItsDensity) {
    const auto at = dynamics::Schedule(dynamics::ScheduleKind::ve, {}).at(Time{0.4});
    const test::PlainDrift drift(test::plain(different_covariances().mixture), at, 1.0);
    const Vector x = Vector{{0.6, 0.2}};
    for (Index i = 0; i < 2; ++i) {
        const Vector step = 1e-4 * Vector::Unit(2, i);
        const double slope = (drift.log_density(x + step) - drift.log_density(x - step)) / 2e-4;
        EXPECT_NEAR(drift(x)[i], at.diffusion2 * slope, 1e-7);
    }
}

TEST(DriftField, JacobianAndSlopeAreDifferencesOfTheDrift) {
    const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {});
    const Vector u = Vector{{0.2, 0.5}};
    for (const law::Law& law : laws()) {
        DriftField field(law, schedule, Drift::sde);
        const Matrix jacobian = field.jacobian(u, 0.7);
        for (Index i = 0; i < 2; ++i) {
            const Vector step = 1e-5 * Vector::Unit(2, i);
            const Vector slope = (field.value(u + step, 0.7).drift - field.value(u - step, 0.7).drift) / 2e-5;
            EXPECT_LT((jacobian.col(i) - slope).norm(), 1e-8);
            field.look_at(u, 0.7);
            EXPECT_LT((field.jacobian_times(Vector::Unit(2, i)) - jacobian.col(i)).norm(), 1e-13);
        }
        const double wide = 1e-3;
        const Vector coarse =
            (field.value(u, 0.7 + wide).drift - field.value(u, 0.7 - wide).drift) / (2.0 * wide);
        EXPECT_LT((field.slope(u, 0.7) - coarse).norm(), 1e-5);
    }
}

// A place is evaluated once, for the drift and for J.
TEST(DriftField, CountsEveryEvaluationOnceAndKnowsItsBound) {
    DriftField field(laws()[1], dynamics::Schedule(dynamics::ScheduleKind::ou, {}), Drift::sde);
    const Vector u = Vector{{0.2, 0.5}}, v = Vector{{0.3, -0.1}};
    const Vector first = field.value(u, 0.7).drift;
    const double once = field.operations();
    EXPECT_GT(once, 0.0);
    EXPECT_EQ(field.value(u, 0.7).drift, first);
    field.look_at(u, 0.7);
    EXPECT_EQ(field.operations(), once);
    (void)field.value(v, 0.7);
    (void)field.value(u, 0.8);
    EXPECT_EQ(field.operations(), 3.0 * once);
    EXPECT_FALSE(field.exhausted());
    field.limit(3.0 * once);
    EXPECT_FALSE(field.exhausted());
    (void)field.value(u, 0.9);
    EXPECT_TRUE(field.exhausted());
}

// 128 x 1016 numbers are below a megabyte of doubles, 130 x 1016 above: there a product waits for memory.
TEST(DriftField, CountsAPassOverMoreThanACacheFourfold) {
    const auto of = [](Index components) {
        DriftField field(test::isotropic_law(Matrix::Identity(1008, components), 1.0),
                         dynamics::Schedule(dynamics::ScheduleKind::ou, {}), Drift::sde);
        (void)field.value(Vector::Zero(1008), -1.0);
        return (field.operations() - 5e3) / static_cast<double>(components);
    };
    EXPECT_DOUBLE_EQ(of(128), 4.0 * 1016);
    EXPECT_DOUBLE_EQ(of(130), 16.0 * 1016);
}

TEST(DriftField, TheComplementHasTheEigenvalueOfACoordinateWithoutMeans) {
    const dynamics::Schedule schedule(dynamics::ScheduleKind::vp_cosine, {});
    law::Law reduced = test::unequal_variances({0.3, 2.5}, {0.4, 0.6}, 7.0, {0, 1});
    reduced.mixture.means = Matrix{{1.0, -0.5}};
    for (const Drift drift : {Drift::sde, Drift::ode}) {
        law::Law whole = reduced;
        Matrix means = Matrix::Zero(7, 2);
        means.row(0) = reduced.mixture.means;
        whole.mixture.means = means;
        whole.mixture.complement = 0.0;
        DriftField small(reduced, schedule, drift), large(whole, schedule, drift);
        const Vector u = Vector::Constant(1, 0.3);
        Vector long_u = Vector::Zero(7);
        long_u[0] = 0.3;
        const Matrix jacobian = large.jacobian(long_u, -0.5);
        EXPECT_NEAR(small.value(u, -0.5).complement, jacobian(4, 4), 1e-12);
        EXPECT_NEAR(small.jacobian(u, -0.5)(0, 0), jacobian(0, 0), 1e-12);
        EXPECT_LT(jacobian.block(1, 0, 6, 1).norm(), 1e-13);
        EXPECT_NEAR(small.value(u, -0.5).drift[0], large.value(long_u, -0.5).drift[0], 1e-12);
    }
}

TEST(DriftField, WithOneVarianceItIsThePosteriorMeanLessTheRestoringForce) {
    const law::Law law = test::isotropic_law(Matrix{{1.5, -0.5, 0.1}, {0.2, 1.0, -2.0}}, 0.6);
    for (const dynamics::Schedule& schedule : test::every_schedule()) {
        DriftField field(law, schedule, Drift::ode);
        const Vector u = Vector{{0.4, -0.2}};
        const auto value = field.value(u, 0.9);
        const Vector expected = law.mixture.means * value.weights - field.restoring(0.9) * u;
        EXPECT_LT((value.drift - expected).norm(), 1e-12) << test::name_of(schedule);
        EXPECT_NEAR(value.complement, -field.restoring(0.9), 1e-12);
    }
}

}  // namespace
