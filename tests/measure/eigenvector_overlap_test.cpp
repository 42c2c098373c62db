// Overlaps known by hand, and that neither the basis of equal eigenvalues nor the representation shows.
#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/brute_force.hpp"
#include "kairos/law/order_axes.hpp"
#include "kairos/law/reduction.hpp"
#include "kairos/measure/column_plan.hpp"

namespace kairos::measure {
namespace {

// The observable for the states of a law, as a run evaluates it.
Rows overlaps(const law::Law& law, const dynamics::States& states, const dynamics::TimePoint& time, int k) {
    Setting setting{.law = &law, .direction = Direction::marginal};
    setting.eigenvalues = k;
    const Observable* observable = find_observable("eigenvector_overlap");
    const ColumnPlan plan(setting, {observable}, false, 1);
    dynamics::Posterior posterior;
    dynamics::PosteriorEvaluator(law).evaluate(states, time, plan.request(), posterior);
    const Matrix between = law::between_classes(law.mixture);
    Rows out(columns(*observable, setting), states.count());
    observable->evaluate({.setting = &setting,
                          .states = &states,
                          .posterior = &posterior,
                          .path = nullptr,
                          .clean = nullptr,
                          .clean_log_density = nullptr,
                          .exponents = nullptr,
                          .between_classes = &between},
                         out);
    return out;
}

// Corners of a rectangle of sides 6 and 2: from its middle the posterior covariance is diag(9, 1). The class of one corner lies along
// (3, 1) from that of the others.
TEST(EigenvectorOverlap, OfTheCornersOfARectangle) {
    law::Law law;
    law.mixture.means = Matrix{{3.0, 3.0, -3.0, -3.0}, {1.0, -1.0, 1.0, -1.0}};
    law.mixture.weights = Vector::Constant(4, 0.25);
    law.mixture.covariances = {test::isotropic(0.0)};
    law.mixture.labels = test::labels_of({0, 1, 1, 1});
    const dynamics::States states{{}, Rows::Zero(2, 1), Lanes::Zero(1)};
    const Rows found = overlaps(law, states, test::at(0.5, 0.75), 2);
    EXPECT_NEAR(found(0, 0), 0.9, 1e-12);
    EXPECT_NEAR(found(1, 0), 0.1, 1e-12);

    law.mixture.labels = test::labels_of({0, 0, 1, 1});  // left and right: the long side
    EXPECT_NEAR(overlaps(law, states, test::at(0.5, 0.75), 1)(0, 0), 1.0, 1e-12);
}

// Classes that differ in variance alone, reduced: neither a coordinate nor a span.
TEST(EigenvectorOverlap, IsZeroWhereTheMeansOfClassesCoincide) {
    law::Law law;
    law.mixture.means = Matrix(0, 2);
    law.mixture.weights = Vector::Constant(2, 0.5);
    law.mixture.covariances = {test::isotropic(0.25), test::isotropic(1.0)};
    law.mixture.complement = 30.0;
    law.mixture.labels = test::labels_of({0, 1});
    const dynamics::States states{{}, Rows::Zero(0, 2), Lanes::Constant(2, 20.0)};
    EXPECT_TRUE(overlaps(law, states, test::at(0.5, 0.75), 2).isZero(0.0));
}

law::Law two_clusters(double d, Index coordinates) {
    law::Law law;
    Matrix means = Matrix::Zero(coordinates, 2);
    means.row(0) << 2.0, -2.0;
    law.mixture.means = means;
    law.mixture.weights = Vector::Constant(2, 0.5);
    law.mixture.covariances = {test::isotropic(0.3)};
    law.mixture.complement = d - static_cast<double>(coordinates);
    law.mixture.labels = test::labels_of({0, 1});
    return law;
}

// Undecided: the leading direction is the axis, the others are orthogonal to it. Decided: all directions have one variance, and each has
// the share 1/d of the axis.
TEST(EigenvectorOverlap, OfTwoClustersIsOneUntilTheyAreDecided) {
    for (const bool reduced : {true, false}) {
        const double d = reduced ? 1e9 : 24.0;
        const law::Law law = two_clusters(d, reduced ? 1 : 24);
        dynamics::States states{
            {}, Rows::Zero(law.mixture.coordinates(), 3), Lanes::Constant(3, reduced ? 1e9 : 0.0)};
        states.x.row(0) << 0.0, 0.4, 60.0;
        const Rows found = overlaps(law, states, test::at(0.6, 0.64), 3);
        for (Index j = 0; j < 2; ++j) {
            EXPECT_NEAR(found(0, j), 1.0, 1e-9) << reduced;
            EXPECT_NEAR(found(1, j), 0.0, 1e-9) << reduced;
            EXPECT_NEAR(found(2, j), 0.0, 1e-9) << reduced;
        }
        for (Index i = 0; i < 3; ++i) EXPECT_NEAR(found(i, 2), 1.0 / d, 1e-9 / d) << reduced;
    }
}

// The same law in all its coordinates, rotated: the same overlaps at the same states, decided or not.
TEST(EigenvectorOverlap, IsTheSameInBothRepresentations) {
    law::Law reduced;
    reduced.mixture.means = test::Normals(3).matrix(3, 4);
    reduced.mixture.weights = Vector{{0.1, 0.2, 0.3, 0.4}};
    reduced.mixture.covariances = {test::isotropic(0.2)};
    reduced.mixture.complement = 17.0;
    reduced.mixture.labels = test::labels_of({0, 1, 1, 2});
    const law::Law full = law::embed(reduced);
    const auto states = test::random_states(reduced.mixture, 40, 2.0, 4);
    dynamics::States in_full{{}, Rows::Zero(20, 40), Lanes::Zero(40)};
    in_full.x.topRows(3) = states.x;
    in_full.x.row(3).array() = states.radius2.sqrt();
    for (const dynamics::TimePoint& time : {test::at(0.3, 0.91), test::at(0.8, 0.36), test::at(0.99, 0.02)}) {
        const Rows a = overlaps(reduced, states, time, 5), b = overlaps(full, in_full, time, 5);
        // residuals of 1e-10 over distances of 1e-6: angles of 1e-4, and an overlap changes by twice the angle
        EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 2e-4);
    }
}

TEST(EigenvectorOverlap, NeedsClassesAndEigenvalues) {
    const law::Law law = two_clusters(5.0, 1);
    Setting setting{.law = &law};
    const Observable* observable = find_observable("eigenvector_overlap");
    EXPECT_STREQ(observable->missing(setting), "needs observe.eigenvalues > 0");
    setting.eigenvalues = 9;
    EXPECT_EQ(observable->missing(setting), nullptr);
    EXPECT_EQ(columns(*observable, setting), 5);
    law::Law unlabelled = law;
    unlabelled.mixture.labels = {};
    setting.law = &unlabelled;
    EXPECT_NE(observable->missing(setting), nullptr);
}

}  // namespace
}  // namespace kairos::measure
