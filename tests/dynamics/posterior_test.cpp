#include "kairos/dynamics/posterior.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "brute_force.hpp"

namespace kairos::dynamics {
namespace {

using test::at, test::diagonal, test::everything, test::isotropic;

Posterior evaluate(const law::Mixture& mixture, const States& states, const TimePoint& time) {
    return test::evaluate(mixture, states, time, everything);
}

// A form of mixture: three components of every kind of covariance in r = 3 coordinates.
struct Form {
    std::string name;
    std::vector<law::Covariance> covariances;
    double complement = 0.0;
};

law::Covariance directed(double variance, const Vector& excess, unsigned seed) {
    return test::directed(variance, test::random_orthonormal(3, excess.size(), seed), excess);
}

std::vector<Form> forms() {
    const Vector two = Eigen::Vector2d(0.7, 2.0), three = Eigen::Vector3d(0.2, 1.1, -0.3);
    std::vector<Form> out = {
        {"SharedIsotropic", {isotropic(0.5)}},
        {"Points", {isotropic(0.0)}},
        {"SharedDiagonal", {diagonal(0.3, Eigen::Vector3d(0.1, 0.9, -0.2))}},
        {"SharedDirections", {directed(0.2, two, 1)}},
        {"SharedFull", {directed(0.4, three, 2)}},
        {"Isotropic", {isotropic(0.5), isotropic(1.5), isotropic(0.1)}},
        {"Diagonal",
         {diagonal(0.3, Eigen::Vector3d(0.1, 0.9, -0.2)), isotropic(0.4),
          diagonal(0.0, Eigen::Vector3d(1.0, 0.5, 0.2))}},
        {"Directions", {directed(0.2, two, 1), directed(0.4, two, 3), directed(0.0, two, 4)}},
        {"Full", {directed(0.4, three, 2), directed(0.6, three, 5), directed(0.35, three, 6)}},
        {"Mixed", {isotropic(0.5), diagonal(0.3, Eigen::Vector3d(0.1, 0.9, -0.2)), directed(0.4, two, 2)}},
    };
    const auto plain = out.size();
    for (std::size_t i = 0; i < plain; ++i) {
        for (const double complement : {1.0, 4.0}) {
            out.push_back(out[i]);
            out.back().name += "WithComplement" + std::to_string(static_cast<int>(complement));
            out.back().complement = complement;
        }
    }
    return out;
}

law::Mixture mixture_of(const Form& form) {
    law::Mixture mixture;
    mixture.means = (Matrix(3, 3) << 1.0, -0.5, 0.3, 0.2, 1.5, -1.0, 0.0, -0.4, 0.8).finished();
    mixture.weights = Eigen::Vector3d(0.5, 0.3, 0.2);
    mixture.covariances = form.covariances;
    mixture.complement = form.complement;
    mixture.labels = test::labels_of({0, 0, 1});
    return mixture;
}

// sum_c w_c |s_c - s|^2 with the class scores of two classes, {0, 1} and {2}
double class_spread_of(const test::BruteForce& exact) {
    const double first = exact.weights[0] + exact.weights[1];
    const Vector score = (exact.weights[0] * exact.scores[0] + exact.weights[1] * exact.scores[1]) / first;
    return first * (score - exact.score).squaredNorm() +
           exact.weights[2] * (exact.scores[2] - exact.score).squaredNorm();
}

class PosteriorOfEveryForm : public testing::TestWithParam<Form> {};

TEST_P(PosteriorOfEveryForm, EqualsBayesRuleInDenseMatrices) {
    const law::Mixture mixture = mixture_of(GetParam());
    for (const TimePoint& time : {at(0.8, 0.36), at(0.1, 0.99), at(1.0, 9.0), at(0.99, 0.02)}) {
        const States states = test::random_states(mixture, 7, 1.2, 11);
        const Posterior posterior = evaluate(mixture, states, time);
        for (Index j = 0; j < states.count(); ++j) {
            const Vector x = test::full_state(mixture, states, j);
            const test::BruteForce exact = test::brute_force(mixture, x, time);
            const double scale = 1.0 + exact.score.squaredNorm();
            EXPECT_LT((posterior.weights.col(j) - exact.weights).cwiseAbs().maxCoeff(), 1e-12);
            EXPECT_NEAR(posterior.log_density[j], exact.log_density,
                        1e-12 * std::abs(exact.log_density) + 1e-12);
            EXPECT_NEAR(posterior.norm2[j], x.squaredNorm(), 1e-13 * x.squaredNorm());
            EXPECT_LT((posterior.score.col(j) - exact.score.head(3)).norm(), 1e-12 * scale);
            EXPECT_NEAR(posterior.score_norm2[j], exact.score.squaredNorm(), 1e-12 * scale);
            EXPECT_NEAR(posterior.x_dot_score[j], x.dot(exact.score), 1e-12 * scale);
            if (mixture.complement > 0) {
                EXPECT_NEAR(-posterior.radial_rate[j] * std::sqrt(states.radius2[j]), exact.score[3],
                            1e-12 * scale);
            }
            EXPECT_NEAR(posterior.score_spread[j], exact.spread, 1e-11 * exact.spread);
            EXPECT_NEAR(posterior.class_spread[j], class_spread_of(exact), 1e-11 * exact.spread);
            EXPECT_NEAR(posterior.covariance_trace[j], exact.covariance.trace(),
                        1e-11 * exact.covariance.trace());
            const Vector values = test::eigenvalues(exact.covariance);
            const double top = values.maxCoeff();
            EXPECT_NEAR(posterior.top_eigenvalue[j], top, 1e-11 * top);
            for (Index i = 0; i < posterior.eigenvalues.rows(); ++i)
                EXPECT_NEAR(posterior.eigenvalues(i, j), values[values.size() - 1 - i], 1e-11 * top) << i;
        }
    }
}

TEST_P(PosteriorOfEveryForm, ScoreIsTheGradientOfTheLogDensity) {
    const law::Mixture mixture = mixture_of(GetParam());
    const TimePoint time = at(0.8, 0.36);
    const States states = test::random_states(mixture, 5, 1.2, 12);
    const Posterior posterior = evaluate(mixture, states, time);
    const double h = 1e-5;  // error O(h^2)
    for (Index i = 0; i < 3; ++i) {
        States up = states, down = states;
        up.x.row(i).array() += h;
        down.x.row(i).array() -= h;
        const Lanes slope =
            (evaluate(mixture, up, time).log_density - evaluate(mixture, down, time).log_density) / (2 * h);
        EXPECT_LT((posterior.score.row(i).array() - slope).abs().maxCoeff(), 1e-8);
    }
    if (mixture.complement > 0) {  // d log p/d R2 = -kappa/2
        States up = states, down = states;
        up.radius2 += h;
        down.radius2 -= h;
        const Lanes slope =
            (evaluate(mixture, up, time).log_density - evaluate(mixture, down, time).log_density) / (2 * h);
        EXPECT_LT((posterior.radial_rate + 2 * slope).abs().maxCoeff(), 1e-8);
    }
}

TEST_P(PosteriorOfEveryForm, DivergenceIsThatOfTheScore) {
    const law::Mixture mixture = mixture_of(GetParam());
    const TimePoint time = at(0.8, 0.36);
    const States states = test::random_states(mixture, 5, 1.2, 13);
    const Posterior posterior = evaluate(mixture, states, time);
    const double h = 1e-5;
    Lanes divergence = Lanes::Zero(states.count());
    for (Index i = 0; i < 3; ++i) {
        States up = states, down = states;
        up.x.row(i).array() += h;
        down.x.row(i).array() -= h;
        divergence +=
            (evaluate(mixture, up, time).score.row(i) - evaluate(mixture, down, time).score.row(i)).array() /
            (2 * h);
    }
    if (mixture.complement > 0) {  // div(-kappa(R2) x_perp) = -c kappa - 2 R2 dkappa/dR2
        States up = states, down = states;
        up.radius2 += h;
        down.radius2 -= h;
        const Lanes slope =
            (evaluate(mixture, up, time).radial_rate - evaluate(mixture, down, time).radial_rate) / (2 * h);
        divergence -= mixture.complement * posterior.radial_rate + 2 * states.radius2 * slope;
    }
    EXPECT_LT((posterior.divergence - divergence).abs().maxCoeff(), 1e-7);
}

TEST_P(PosteriorOfEveryForm, CovarianceTimesAVectorIsThatOfTheDenseMatrix) {
    const law::Mixture mixture = mixture_of(GetParam());
    const law::Law law = test::law_of(mixture);
    const TimePoint time = at(0.8, 0.36);
    const States states = test::random_states(mixture, 5, 1.2, 14);
    const Rows v = test::Normals(15).matrix(3, 5);
    PosteriorEvaluator evaluator(law);
    Posterior posterior, other;
    evaluator.evaluate(states, time, {.score = true}, posterior);
    evaluator.evaluate(states, at(0.5, 0.75), {},
                       other);  // the product belongs to `posterior`, whatever came since
    Rows product;
    evaluator.covariance_times(states, posterior, v, product);
    for (Index j = 0; j < states.count(); ++j) {
        const Matrix covariance = test::brute_force(mixture, test::full_state(mixture, states, j), time)
                                      .covariance.topLeftCorner(3, 3);
        EXPECT_LT((product.col(j) - covariance * v.col(j)).norm(), 1e-12 * v.col(j).norm());
    }
}

// Numbers have few digits, so that moving them does not round.
TEST_P(PosteriorOfEveryForm, IsTheSameHoweverFarFromTheOrigin) {
    const auto short_of = [](const Matrix& m) { return Matrix((0x1p20 * m).array().round() / 0x1p20); };
    law::Mixture home = mixture_of(GetParam());
    home.means = short_of(home.means);
    law::Mixture away = home;
    const Vector offset = Eigen::Vector3d(0x1p24, -0x1p23, 0x1p22);
    away.means = home.means.colwise() + offset;
    for (const TimePoint& time : {at(0.5, 0.75), at(1.0, 1e-2)}) {
        States states = test::random_states(home, 7, 1.2, 16);
        states.x = short_of(states.x);
        States moved = states;
        moved.x.colwise() += time.alpha * offset;
        const Posterior wanted = evaluate(home, states, time), found = evaluate(away, moved, time);
        const double scale = 10.0 / time.sigma2;
        EXPECT_LT((found.log_density - wanted.log_density).abs().maxCoeff(), 1e-12 * scale);
        EXPECT_LT((found.component.entropy - wanted.component.entropy).abs().maxCoeff(), 1e-12 * scale);
        EXPECT_LT((found.score - wanted.score).cwiseAbs().maxCoeff(), 1e-12 * scale);
        for (const auto field : {&Posterior::score_spread, &Posterior::class_spread,
                                 &Posterior::covariance_trace, &Posterior::top_eigenvalue})
            EXPECT_LT((found.*field - wanted.*field).abs().maxCoeff(), 1e-12 * scale * scale);
        const Lanes inner = wanted.x_dot_score + time.alpha * (offset.transpose() * wanted.score).array();
        EXPECT_LT((found.x_dot_score - inner).abs().maxCoeff(), 1e-15 * offset.norm() * scale);
    }
}

INSTANTIATE_TEST_SUITE_P(Posterior, PosteriorOfEveryForm, testing::ValuesIn(forms()),
                         [](const auto& form) { return form.param.name; });

// Three points of R at 0, sqrt(2 log 2) and -sqrt(2 log 4) seen from x = 0 with unit noise: weights 4/7, 2/7,
// 1/7.
TEST(Posterior, TraceOfTheCovarianceIsTheQuadratureOverCleanData) {
    law::Mixture mixture;
    mixture.means = (Matrix(2, 3) << 1.0, -1.0, 0.5, 0.0, 0.7, -1.2).finished();
    mixture.weights = Eigen::Vector3d(0.2, 0.5, 0.3);
    mixture.covariances = {isotropic(0.2), isotropic(0.4), diagonal(0.1, Eigen::Vector2d(0.3, 0.1))};
    mixture.labels = test::labels_of({0, 1, 2});
    const TimePoint time = at(0.7, 0.5);
    const States states = test::random_states(mixture, 4, 1.0, 17);
    const Posterior posterior = evaluate(mixture, states, time);
    const double step = 0.1,
                 edge = 7.0;  // spectrally accurate: the integrand is smooth and vanishes at the edges
    for (Index j = 0; j < states.count(); ++j) {
        double total = 0.0, square = 0.0;
        Eigen::Vector2d first = Eigen::Vector2d::Zero();
        for (double a = -edge; a < edge; a += step) {
            for (double b = -edge; b < edge; b += step) {
                const Eigen::Vector2d y(a, b);
                double density = 0.0;
                for (Index k = 0; k < 3; ++k) {
                    const auto& c = mixture.covariances[static_cast<std::size_t>(k)];
                    Eigen::Array2d s = Eigen::Array2d::Constant(c.isotropic);
                    if (c.diagonal.size() > 0) s += c.diagonal.array();
                    density += mixture.weights[k] / std::sqrt(s.prod()) *
                               std::exp(-0.5 * ((y - mixture.means.col(k)).array().square() / s).sum());
                }
                density *= std::exp(-0.5 * (states.x.col(j) - time.alpha * y).squaredNorm() / time.sigma2);
                total += density;
                first += density * y;
                square += density * y.squaredNorm();
            }
        }
        const double trace = square / total - (first / total).squaredNorm();
        EXPECT_NEAR(posterior.covariance_trace[j], trace, 1e-9 * trace);
        const Vector mean = (states.x.col(j) + time.sigma2 * posterior.score.col(j)) / time.alpha;
        EXPECT_LT((mean - first / total).norm(), 1e-9);
    }
}

TEST(Posterior, LeavesEmptyWhatIsNotAskedFor) {
    const law::Law law = test::law_of(mixture_of(forms()[5]));
    const States states = test::random_states(law.mixture, 3, 1.0, 18);
    PosteriorEvaluator evaluator(law);
    Posterior p;
    evaluator.evaluate(states, at(0.8, 0.36), everything, p);
    ASSERT_EQ(p.class_spread.size(), 3);
    evaluator.evaluate(states, at(0.8, 0.36), {}, p);
    EXPECT_EQ(p.weights.cols(), 3);
    EXPECT_EQ(p.log_density.size(), 3);
    EXPECT_EQ(p.norm2.size(), 3);
    EXPECT_TRUE(p.levels.empty());
    for (const Index size : {p.score.size(), p.radial_rate.size(), p.score_norm2.size(), p.x_dot_score.size(),
                             p.score_spread.size(), p.covariance_trace.size(), p.divergence.size(),
                             p.class_spread.size(), p.top_eigenvalue.size(), p.component.entropy.size()}) {
        EXPECT_EQ(size, 0);
    }
    evaluator.evaluate(states, at(0.8, 0.36), {.class_spread = true}, p);
    EXPECT_EQ(p.class_spread.size(), 3);
    EXPECT_EQ(p.score.size(), 0);
}

}  // namespace
}  // namespace kairos::dynamics
