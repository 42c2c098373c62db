// Many components: the empirical law, where spreads come from norms and not from differences, and large
// systems of eigenvalues.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "brute_force.hpp"
#include "kairos/law/reduction.hpp"

namespace kairos::dynamics {
namespace {

using test::at, test::everything, test::isotropic;

// n points of R^d in three classes, sorted by class.
law::Mixture labelled_points(Index n, Index d, unsigned seed) {
    law::Mixture mixture;
    Matrix points = test::Normals(seed).matrix(d, n);
    mixture.weights = Vector::Constant(n, 1.0 / static_cast<double>(n));
    mixture.covariances = {isotropic(0.0)};
    std::vector<int> class_of;
    for (Index k = 0; k < n; ++k) {
        class_of.push_back(k < n / 5 ? 0 : (k < n / 2 ? 1 : 2));
        points(0, k) += 1.5 * class_of.back();
    }
    mixture.means = points;
    mixture.labels = test::labels_of(class_of);
    return mixture;
}

// Class scores, and sum_c w_c |s_c - s|^2.
double class_spread_of(const law::Mixture& mixture, const test::BruteForce& exact) {
    double spread = 0.0;
    for (int c = 0; c < mixture.labels.classes().classes(); ++c) {
        double weight = 0.0;
        Vector score = Vector::Zero(exact.score.size());
        for (std::size_t k = 0; k < exact.scores.size(); ++k) {
            if (mixture.labels.classes().class_of[k] == c) {
                weight += exact.weights[static_cast<Index>(k)];
                score += exact.weights[static_cast<Index>(k)] * exact.scores[k];
            }
        }
        if (weight > 0) spread += weight * (score / weight - exact.score).squaredNorm();
    }
    return spread;
}

TEST(ManyComponents, LabelledPointsEqualBayesRule) {
    const law::Mixture mixture = labelled_points(257, 5, 21);
    const States states = test::random_states(mixture, 9, 1.3, 22);
    for (const TimePoint& time : {at(0.9, 0.19), at(0.3, 0.91), at(1.0, 0.01)}) {
        const Posterior p = test::evaluate(mixture, states, time, everything);
        for (Index j = 0; j < states.count(); ++j) {
            const test::BruteForce exact = test::brute_force(mixture, states.x.col(j), time);
            EXPECT_LT((p.weights.col(j) - exact.weights).cwiseAbs().maxCoeff(), 1e-12);
            EXPECT_NEAR(p.log_density[j], exact.log_density, 1e-11 * std::abs(exact.log_density));
            EXPECT_LT((p.score.col(j) - exact.score).norm(), 1e-11 * exact.score.norm());
            EXPECT_NEAR(p.score_spread[j], exact.spread, 1e-10 * exact.spread);
            EXPECT_NEAR(p.class_spread[j], class_spread_of(mixture, exact), 1e-10 * exact.spread);
            EXPECT_NEAR(p.covariance_trace[j], exact.covariance.trace(), 1e-10 * exact.covariance.trace());
            const double entropy = -(exact.weights.array() * exact.weights.array().max(1e-300).log()).sum();
            EXPECT_NEAR(p.component.entropy[j], entropy, 1e-11);
        }
    }
}

// Data on a ring of radius 1 about a far origin, and x at one of them: as sigma falls the spread falls as
// exp(-gap^2/2 sigma^2), far below what the difference of two norms can resolve.
TEST(ManyComponents, SpreadKeepsItsDigitsWhereOnePointDominates) {
    const Index n = 128;
    law::Mixture mixture;
    Matrix ring(2, n);
    for (Index k = 0; k < n; ++k) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
        ring(0, k) = 30.0 + std::cos(angle);
        ring(1, k) = std::sin(angle);
    }
    mixture.means = ring;
    mixture.weights = Vector::Constant(n, 1.0 / static_cast<double>(n));
    mixture.covariances = {isotropic(0.0)};
    const States states{{}, mixture.means.col(3), {}};
    const double gap2 =
        std::pow(2 * std::sin(std::numbers::pi / static_cast<double>(n)), 2);  // to the two neighbours
    const double next2 = std::pow(2 * std::sin(2 * std::numbers::pi / static_cast<double>(n)), 2);
    for (const double exponent : {3.0, 10.0, 30.0, 50.0}) {
        const TimePoint time = at(1.0, gap2 / (2 * exponent));
        const Posterior p = test::evaluate(mixture, states, time, {.spread = true});
        const double w = std::exp(-exponent), far = std::exp(-exponent * next2 / gap2);
        const double total = 1 + 2 * w + 2 * far;
        // the mean moves inward by the sagittas of the chords
        const double inward = (2 * w * gap2 / 2 + 2 * far * next2 / 2) / total;
        const double variance = (2 * w * gap2 + 2 * far * next2) / total - inward * inward;
        EXPECT_NEAR(p.covariance_trace[0], variance, 1e-8 * variance) << exponent;
    }
}

TEST(ManyComponents, ManyAnisotropicComponentsEqualBayesRule) {
    law::Mixture mixture = labelled_points(70, 4, 23);
    const Matrix directions = test::random_orthonormal(4, 2, 24);
    mixture.complement = 2.0;
    for (const auto& covariance : {test::directed(0.2, directions, Eigen::Vector2d(0.5, 1.5)),
                                   test::diagonal(0.1, Eigen::Vector4d(0.1, 0.2, 0.3, 0.4))}) {
        mixture.covariances = {covariance};
        const States states = test::random_states(mixture, 4, 1.3, 25);
        const Posterior p = test::evaluate(mixture, states, at(0.8, 0.36), everything);
        for (Index j = 0; j < states.count(); ++j) {
            const test::BruteForce exact =
                test::brute_force(mixture, test::full_state(mixture, states, j), at(0.8, 0.36));
            EXPECT_NEAR(p.score_spread[j], exact.spread, 1e-11 * exact.spread);
            EXPECT_NEAR(p.class_spread[j], class_spread_of(mixture, exact), 1e-11 * exact.spread);
            EXPECT_NEAR(p.covariance_trace[j], exact.covariance.trace(), 1e-11 * exact.covariance.trace());
        }
    }
}

// More than 16 coordinates: eigenvalues by iteration.
TEST(ManyComponents, TopEigenvalueOfALargeSystemEqualsTheDenseOne) {
    const Index d = 40;
    test::Normals normal(26);
    law::Mixture mixture;
    mixture.means = 1.5 * normal.matrix(d, 5);
    mixture.weights = (Vector(5) << 1, 2, 3, 4, 5).finished() / 15.0;
    const Matrix directions = test::random_orthonormal(d, 3, 27);
    const Vector excess = Eigen::Vector3d(0.5, 2.0, 1.9);
    const std::vector<std::vector<law::Covariance>> kinds = {
        {isotropic(0.5)},
        {isotropic(0.5), isotropic(0.7), isotropic(0.2), isotropic(0.9), isotropic(0.4)},
        {test::directed(0.2, directions, excess)},
        {isotropic(0.5), test::directed(0.2, directions, excess), isotropic(0.2), isotropic(0.4),
         test::diagonal(0.1, Vector::LinSpaced(d, 0.0, 1.0))}};
    for (const auto& kind : kinds) {
        for (const double complement : {0.0, 3.0}) {
            mixture.covariances = kind;
            mixture.complement = complement;
            const States states = test::random_states(mixture, 6, 1.0, 28);
            for (const TimePoint& time : {at(0.3, 0.91), at(0.9, 0.19)}) {
                const Posterior p =
                    test::evaluate(mixture, states, time, {.top_eigenvalue = true, .eigenvalues = 7});
                for (Index j = 0; j < states.count(); ++j) {
                    const test::BruteForce exact =
                        test::brute_force(mixture, test::full_state(mixture, states, j), time);
                    const Vector values = test::eigenvalues(exact.covariance);
                    const double top = values.maxCoeff();
                    EXPECT_NEAR(p.top_eigenvalue[j], top, 1e-10 * top);
                    for (Index i = 0; i < 7; ++i)
                        EXPECT_NEAR(p.eigenvalues(i, j), values[values.size() - 1 - i], 1e-10 * top) << i;
                }
            }
        }
    }
}

double differ(const auto& u, const auto& v) { return ((u - v).abs() / (1.0 + v.abs())).maxCoeff(); }

// a: in reduced coordinates, b: embedded, where these come first.
void expect_equal_summaries(const Posterior& a, const Posterior& b) {
    EXPECT_LT(differ(a.weights.array(), b.weights.array()), 1e-12);
    EXPECT_LT(differ(a.log_density, b.log_density), 1e-12);
    EXPECT_LT(differ(a.norm2, b.norm2), 1e-12);
    EXPECT_LT(differ(a.score.array(), b.score.topRows(a.score.rows()).array()), 1e-12);
    EXPECT_LT(differ(a.score_norm2, b.score_norm2), 1e-12);
    EXPECT_LT(differ(a.x_dot_score, b.x_dot_score), 1e-12);
    EXPECT_LT(differ(a.score_spread, b.score_spread), 1e-12);
    EXPECT_LT(differ(a.class_spread, b.class_spread), 1e-12);
    EXPECT_LT(differ(a.covariance_trace, b.covariance_trace), 1e-12);
    EXPECT_LT(differ(a.divergence, b.divergence), 1e-12);
    EXPECT_LT(differ(a.top_eigenvalue, b.top_eigenvalue), 1e-10);
    EXPECT_LT(differ(a.levels[0].entropy, b.levels[0].entropy), 1e-12);
}

TEST(ManyComponents, ReducedAndEmbeddedLawsAgreeAtTheSameState) {
    for (const auto& variances : {std::vector<double>{0.7}, std::vector<double>{0.5, 0.9, 1.3}}) {
        law::Mixture mixture;
        mixture.means = test::Normals(29).matrix(2, 3);
        mixture.weights = Eigen::Vector3d(0.5, 0.3, 0.2);
        for (const double variance : variances) {
            mixture.covariances.push_back(isotropic(variance));
        }
        mixture.complement = 30.0;
        mixture.labels = test::labels_of({0, 0, 1});
        law::Law reduced = test::law_of(mixture);
        reduced.reduced = true;
        const law::Mixture full = law::embed(reduced).mixture;
        ASSERT_EQ(full.coordinates(), 32);

        States states = test::random_states(mixture, 6, 1.0, 30), embedded;
        embedded.x.resize(32, 6);
        embedded.x.topRows(2) = states.x;
        embedded.x.bottomRows(30) = test::Normals(31).matrix(30, 6);
        embedded.radius2 = Lanes::Zero(6);
        states.radius2 = embedded.x.bottomRows(30).colwise().squaredNorm().array();
        const Posterior a = test::evaluate(mixture, states, at(0.8, 0.36), everything);
        const Posterior b = test::evaluate(full, embedded, at(0.8, 0.36), everything);
        expect_equal_summaries(a, b);
        Rows complement = -embedded.x.bottomRows(30);
        complement.array().rowwise() *= a.radial_rate;
        EXPECT_LT(differ(complement.array(), b.score.bottomRows(30).array()), 1e-12);
    }
}

}  // namespace
}  // namespace kairos::dynamics
