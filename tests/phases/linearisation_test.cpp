// Systems and spectra known by products alone against dense ones, and the diagram of two clusters in more coordinates than are dense.
#include "../../src/phases/linearisation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../../src/phases/krylov.hpp"
#include "kairos/phases/bifurcation.hpp"
#include "kairos/random/noise.hpp"
#include "phases/plain_drift.hpp"
#include "support/dense.hpp"

namespace {

using namespace kairos;
using phases::Drift;
using phases::DriftField;
using phases::Linearisation;

constexpr Index many = phases::dense_coordinates + 14;
const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 0.5, .t_max = 4.0});

Matrix normals(Index rows, Index columns) {
    Rows noise(rows, columns);
    random::fill_normals({.seed = 3, .purpose = random::Purpose::probe}, TrajectoryId{0}, StepId{0}, 0,
                         noise);
    return noise;
}

// Six data whose posterior is undecided, in more coordinates than are dense.
law::Law data() { return test::isotropic_law(0.3 * normals(many, 6), 0.0); }

TEST(Linearisation, SolvesByProductsWhatADenseMatrixSolves) {
    DriftField field(data(), ou, Drift::sde);
    const Vector u = field.mixture().means.rowwise().mean();
    const Matrix jacobian = field.jacobian(u, -0.5);
    const Linearisation near(field, u, -0.5);
    const Vector right = normals(many + 1, 1).col(0);
    EXPECT_LT((near.times(right.head(many)) - jacobian * right.head(many)).norm(), 1e-11);
    EXPECT_LT((jacobian * near.solve(right.head(many)) - right.head(many)).norm(), 1e-9);

    const Matrix borders = normals(many, 2);
    const Vector solution = near.solve({40.0 * borders.col(0), borders.col(1), 0.3}, right);
    EXPECT_LT(
        (jacobian * solution.head(many) + 40.0 * solution[many] * borders.col(0) - right.head(many)).norm(),
        1e-8);
    EXPECT_NEAR(borders.col(1).dot(solution.head(many)) + 0.3 * solution[many], right[many], 1e-9);
}

TEST(Linearisation, FindsTheEigenvaluesThatDecideStability) {
    DriftField field(data(), ou, Drift::sde);
    const Vector u = field.mixture().means.rowwise().mean();
    for (const double log_snr : {-2.0, 0.0, 1.5}) {
        const Vector exact = test::eigenvalues(field.jacobian(u, log_snr)).reverse();
        const auto found = Linearisation(field, u, log_snr).leading();
        const Index unstable = (exact.array() > 0.0).count();
        EXPECT_EQ(phases::positive(found.values), unstable);
        ASSERT_GT(found.values.size(), unstable);
        const Vector alone = Linearisation(field, u, log_snr).leading_values();
        EXPECT_EQ(phases::positive(alone), unstable);
        for (Index i = 0; i <= unstable; ++i) {
            EXPECT_NEAR(alone[i], exact[i], 1e-9 * (1.0 + std::abs(exact[i])));
            EXPECT_NEAR(found.values[i], exact[i], 1e-9 * (1.0 + std::abs(exact[i])));
            const Vector v = found.vectors.col(i);
            EXPECT_NEAR(v.norm(), 1.0, 1e-10);
            EXPECT_LT((field.jacobian(u, log_snr) * v - exact[i] * v).norm(),
                      1e-6 * (1.0 + std::abs(exact[i])));
        }
    }
}

// Between two of 300 data, of which few weigh anything: products with those alone are products with all, of every kind of covariance.
TEST(Linearisation, LeavesOutDataThatWeighNothing) {
    for (const bool shared : {true, false}) {
        law::Law law = test::isotropic_law(normals(many, 300), 0.0);
        if (!shared)
            for (int k = 0; k < 300; ++k)
                law.mixture.covariances.push_back(
                    test::isotropic_law(normals(1, 1), 0.01 + 1e-5 * k).mixture.covariances[0]);
        if (!shared) law.mixture.covariances.erase(law.mixture.covariances.begin());
        DriftField field(law, ou, Drift::sde);
        const Vector u = 0.5 * (law.mixture.means.col(7) + law.mixture.means.col(200));
        const Vector v = normals(many, 2).col(1);
        for (const double log_snr : {0.7, 1.2, 2.0}) {
            const Vector weights = field.value(u, log_snr).weights;
            ASSERT_LT((weights.array() > 1e-25).count(), 150) << log_snr;
            ASSERT_GT((weights.array() > 1e-25).count(), 1) << log_snr;
            const Matrix jacobian = field.jacobian(u, log_snr);
            const Vector product = Linearisation(field, u, log_snr).times(v);
            EXPECT_LT((product - jacobian * v).norm(), 1e-11 * jacobian.norm());
            const Vector middle = law.mixture.means.rowwise().mean();  // where all weigh something
            field.look_at(middle, -4.0);
            const Vector there = field.jacobian_times(v);
            EXPECT_LT((there - field.jacobian(middle, -4.0) * v).norm(), 1e-11);
        }
    }
}

TEST(Linearisation, PositiveLeavesOutRounding) {
    EXPECT_EQ(phases::positive(Vector{{0.3, 1e-14, -1e-14, -2.0}}), 1);
}

TEST(Linearisation, TwoClustersInManyCoordinatesPartAsOnALine) {
    const Vector m = 3.0 * normals(many, 1).col(0).normalized();
    Matrix means(many, 2);
    means << m, -m;
    const law::Law law = test::isotropic_law(means, 0.5);
    const auto diagram = phases::find_bifurcations(law, ou, Drift::sde);
    const auto line =
        phases::find_bifurcations(test::isotropic_law(Matrix{{3.0, -3.0}}, 0.5, many - 1.0), ou, Drift::sde);
    ASSERT_EQ(line.events.size(), 1U);
    ASSERT_EQ(diagram.events.size(), 1U);
    EXPECT_EQ(diagram.modes, many);
    EXPECT_EQ(diagram.events[0].kind, phases::BifurcationKind::pitchfork);
    EXPECT_NEAR(diagram.events[0].time.value, line.events[0].time.value, 1e-8);
    EXPECT_EQ(diagram.branches, line.branches);
}

}  // namespace
