// Entropies of the discrete latents, against long double arithmetic on weights that are known to all digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "brute_force.hpp"

namespace kairos::dynamics {
namespace {

using test::at, test::isotropic;

constexpr Request latents{.latents = true};

struct Summary {
    double entropy = 0, varentropy = 0, collision = 0, max_weight = 0;
};

// From weights and their logarithms, both in long double.
Summary summary_of(const std::vector<long double>& weights, const std::vector<long double>& logs) {
    long double h = 0, v = 0, c = 0, most = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        h -= weights[k] * logs[k];
        c += weights[k] * weights[k];
        most = std::max(most, weights[k]);
    }
    for (std::size_t k = 0; k < weights.size(); ++k) {
        v += weights[k] * (logs[k] + h) * (logs[k] + h);
    }
    return {static_cast<double>(h), static_cast<double>(v), static_cast<double>(c),
            static_cast<double>(most)};
}

// Two points at -1/2 and 1/2 with unit noise: log w_+ - log w_- = x.
law::Mixture two_points() {
    law::Mixture mixture;
    mixture.means = (Matrix(1, 2) << -0.5, 0.5).finished();
    mixture.weights = Vector::Constant(2, 0.5);
    mixture.covariances = {isotropic(0.0)};
    mixture.labels = test::labels_of({0, 1});
    return mixture;
}

Summary exact_two(double x) {
    const long double log_small = -std::fabs(static_cast<long double>(x)) -
                                  std::log1p(std::exp(-std::fabs(static_cast<long double>(x))));
    const long double small = std::exp(log_small);
    return summary_of({1.0L - small, small}, {std::log1p(-small), log_small});
}

void expect_summary(const Latent& latent, Index j, const Summary& exact, double relative) {
    EXPECT_NEAR(latent.entropy[j], exact.entropy, relative * exact.entropy);
    EXPECT_NEAR(latent.varentropy[j], exact.varentropy, relative * exact.varentropy);
    EXPECT_NEAR(latent.collision[j], exact.collision, 1e-14);
    EXPECT_NEAR(latent.max_weight[j], exact.max_weight, 1e-14);
}

TEST(Latents, TinyEntropiesOfTwoComponentsKeepTheirDigits) {
    const std::vector<double> values = {0.1, -0.5, 3.0, -20.0, 37.0, -100.0, 300.0, -690.0};
    States states{{}, Eigen::Map<const Rows>(values.data(), 1, static_cast<Index>(values.size())), {}};
    const Posterior p = test::evaluate(two_points(), states, at(1.0, 1.0), latents);
    for (std::size_t i = 0; i < values.size(); ++i) {
        SCOPED_TRACE(values[i]);
        const auto j = static_cast<Index>(i);
        expect_summary(p.component, j, exact_two(values[i]), 1e-12);
        expect_summary(p.levels[0], j, exact_two(values[i]), 1e-12);
    }
    EXPECT_LT(p.component.entropy[7], 1e-290);
}

TEST(Latents, EqualWeightsHaveTheLogarithmOfTheirNumber) {
    const States states{{}, Rows::Zero(1, 1), {}};
    const Posterior p = test::evaluate(two_points(), states, at(1.0, 1.0), latents);
    EXPECT_NEAR(p.component.entropy[0], std::log(2.0), 1e-15);
    EXPECT_NEAR(p.component.varentropy[0], 0.0, 1e-30);
    EXPECT_NEAR(p.component.collision[0], 0.5, 1e-15);
}

// Four points, two to a class: the class weights are those of two points, shared out evenly inside a class.
law::Mixture four_points(const std::vector<int>& class_of) {
    law::Mixture mixture = two_points();
    Matrix means(2, 4);
    for (Index k = 0; k < 4; ++k) {
        means(0, k) = class_of[static_cast<std::size_t>(k)] == 0 ? -0.5 : 0.5;
        means(1, k) = k < 2 ? 0.0 : 1e-9;
    }
    mixture.means = means;
    mixture.weights = Vector::Constant(4, 0.25);
    mixture.labels = test::labels_of(class_of);
    return mixture;
}

TEST(Latents, TinyEntropiesOfClassesKeepTheirDigits) {
    const std::vector<double> values = {0.0, 0.1, -0.5, 3.0, -20.0, 37.0, -100.0, 300.0, -690.0};
    States states{{}, Rows::Zero(2, static_cast<Index>(values.size())), {}};
    states.x.row(0) = Eigen::Map<const Rows>(values.data(), 1, static_cast<Index>(values.size()));
    for (const auto& class_of : {std::vector{0, 0, 1, 1}, std::vector{0, 1, 1, 0}}) {
        const Posterior p = test::evaluate(four_points(class_of), states, at(1.0, 1.0), latents);
        for (std::size_t i = 0; i < values.size(); ++i) {
            SCOPED_TRACE(values[i]);
            const auto j = static_cast<Index>(i);
            const Summary exact = exact_two(values[i]);
            EXPECT_NEAR(p.levels[0].entropy[j], exact.entropy, 1e-12 * exact.entropy);
            EXPECT_NEAR(p.levels[0].varentropy[j], exact.varentropy, 1e-12 * exact.varentropy + 1e-30);
            EXPECT_NEAR(p.levels[0].collision[j], exact.collision, 1e-14);
            EXPECT_NEAR(p.levels[0].max_weight[j], exact.max_weight, 1e-14);
            EXPECT_NEAR(p.component.entropy[j], exact.entropy + std::log(2.0), 1e-12);
            EXPECT_NEAR(p.component.collision[j], exact.collision / 2, 1e-14);
            EXPECT_NEAR(p.levels[0].weights.col(j).sum(), 1.0, 1e-14);
        }
    }
}

TEST(Latents, EveryLevelSumsItsOwnGroups) {
    test::Normals normal(3);
    law::Mixture mixture;
    mixture.means = normal.matrix(3, 6);
    mixture.weights = (Vector(6) << 1, 2, 3, 4, 5, 6).finished() / 21.0;
    mixture.covariances = {isotropic(0.3)};
    const std::vector<std::vector<int>> groups = {
        {0, 0, 0, 1, 1, 1}, {0, 0, 1, 2, 2, 3}, {5, 4, 3, 2, 1, 0}, {0, 0, 0, 0, 0, 0}, {1, 0, 1, 0, 2, 0}};
    for (const auto& group : groups) {
        mixture.labels.levels.push_back(test::labels_of(group).levels[0]);
    }
    const States states = test::random_states(mixture, 5, 1.5, 4);
    const Posterior p = test::evaluate(mixture, states, at(0.9, 0.19), latents);
    ASSERT_EQ(p.levels.size(), groups.size());
    for (Index j = 0; j < 5; ++j) {
        const test::BruteForce exact = test::brute_force(mixture, states.x.col(j), at(0.9, 0.19));
        for (std::size_t l = 0; l < groups.size(); ++l) {
            std::vector<long double> weights(mixture.labels.levels[l].values.size(), 0.0L), logs;
            for (std::size_t k = 0; k < 6; ++k) {
                weights[static_cast<std::size_t>(groups[l][k])] +=
                    static_cast<long double>(exact.weights[static_cast<Index>(k)]);
            }
            for (std::size_t c = 0; c < weights.size(); ++c) {
                logs.push_back(std::log(weights[c]));
                EXPECT_NEAR(p.levels[l].weights(static_cast<Index>(c), j), static_cast<double>(weights[c]),
                            1e-14);
            }
            const Summary summary = summary_of(weights, logs);
            EXPECT_NEAR(p.levels[l].entropy[j], summary.entropy, 1e-13);
            EXPECT_NEAR(p.levels[l].varentropy[j], summary.varentropy, 1e-13);
            EXPECT_NEAR(p.levels[l].collision[j], summary.collision, 1e-13);
            EXPECT_NEAR(p.levels[l].max_weight[j], summary.max_weight, 1e-13);
        }
    }
}

TEST(Latents, NoEntropyIsNegative) {
    test::Normals normal(5);
    law::Mixture mixture = two_points();
    mixture.labels = test::labels_of({0, 0});
    for (Index K = 3; K < 8; ++K) {
        mixture.means = normal.matrix(2, K);
        mixture.weights = Vector::Constant(K, 1.0 / static_cast<double>(K));
        std::vector<int> class_of(static_cast<std::size_t>(K), 0);
        class_of.back() = 1;
        mixture.labels = test::labels_of(class_of);
        const States states = test::random_states(mixture, 200, 1.0, 6);
        for (const double sigma2 : {1e-4, 1e-2, 1.0, 100.0}) {
            const Posterior p = test::evaluate(mixture, states, at(1.0, sigma2), latents);
            EXPECT_GE(p.component.entropy.minCoeff(), 0.0);
            EXPECT_GE(p.levels[0].entropy.minCoeff(), 0.0);
            EXPECT_LE(p.component.entropy.maxCoeff(), std::log(static_cast<double>(K)) * (1 + 1e-15));
            EXPECT_LE(p.component.max_weight.maxCoeff(), 1.0);
        }
    }
}

TEST(Latents, WeightZeroTakesNoPart) {
    law::Mixture mixture = four_points({0, 0, 1, 2});
    mixture.weights = Eigen::Vector4d(0.5, 0.5, 0.0, 0.0);
    const States states{{}, Rows::Constant(2, 1, 0.25), {}};
    const Posterior p = test::evaluate(mixture, states, at(1.0, 1.0), latents);
    EXPECT_NEAR(p.component.entropy[0], std::log(2.0), 1e-14);
    EXPECT_EQ(p.levels[0].entropy[0], 0.0);
    EXPECT_EQ(p.levels[0].varentropy[0], 0.0);
    EXPECT_EQ(p.levels[0].weights(2, 0), 0.0);
}

// sum_c w_c H(j|x, class c) in long double, class by class.
double within_by_brute_force(const law::Mixture& data, const std::vector<int>& class_of, const Vector& x,
                             const TimePoint& time) {
    const auto n = static_cast<std::size_t>(data.components());
    std::vector<long double> logs;
    for (Index k = 0; k < data.components(); ++k) {
        long double distance = 0;
        for (Index i = 0; i < x.size(); ++i) {
            const long double gap =
                static_cast<long double>(x[i]) -
                static_cast<long double>(time.alpha) * static_cast<long double>(data.means(i, k));
            distance += gap * gap;
        }
        logs.push_back(-distance / (2.0L * static_cast<long double>(time.sigma2)));
    }
    const long double most = *std::max_element(logs.begin(), logs.end());
    long double total = 0, sum = 0;
    for (const long double l : logs) total += std::exp(l - most);
    for (int c = 0; c <= *std::max_element(class_of.begin(), class_of.end()); ++c) {
        std::vector<long double> inside;
        for (std::size_t k = 0; k < n; ++k)
            if (class_of[k] == c) inside.push_back(logs[k]);
        const auto top = std::max_element(inside.begin(), inside.end());
        long double others = 0, moment = 0;
        for (auto l = inside.begin(); l != inside.end(); ++l) {
            if (l == top) continue;
            others += std::exp(*l - *top);
            moment += std::exp(*l - *top) * (*top - *l);
        }
        const long double weight = std::exp(*top - most) * (1.0L + others) / total;
        sum += weight * (std::log1p(others) + moment / (1.0L + others));
    }
    return static_cast<double>(sum);
}

law::Law random_data(Index n, const std::vector<std::vector<int>>& levels) {
    law::Law law;
    law.empirical = true;
    law.mixture.means = test::Normals(8).matrix(3, n);
    law.mixture.weights = Vector::Constant(n, 1.0 / static_cast<double>(n));
    law.mixture.covariances = {isotropic(0.0)};
    for (const auto& level : levels) law.mixture.labels.levels.push_back(test::labels_of(level).levels[0]);
    return law;
}

// Sorted, interleaved, all in one, and one class a datum; far from collapse, in it and long after it.
TEST(Latents, DatumWithinItsClassEqualsBruteForce) {
    const std::vector<std::vector<int>> levels = {
        {0, 0, 0, 0, 1, 1, 2}, {2, 0, 1, 0, 1, 2, 0}, {0, 0, 0, 0, 0, 0, 0}, {6, 5, 4, 3, 2, 1, 0}};
    const law::Law law = random_data(7, levels);
    PosteriorEvaluator evaluator(law);
    for (const TimePoint& time : {at(0.3, 0.91), at(0.9, 0.19), at(1.0, 0.02), at(1.0, 0.004)}) {
        Posterior p;
        const States states = test::random_states(law.mixture, 8, 1.0, 9);
        evaluator.evaluate(states, time, latents, p);
        for (std::size_t l = 0; l < levels.size(); ++l) {
            for (Index j = 0; j < states.count(); ++j) {
                const double exact = within_by_brute_force(law.mixture, levels[l], states.x.col(j), time);
                EXPECT_NEAR(p.levels[l].within[j], exact, 1e-10 * exact) << "level " << l << ", state " << j;
                EXPECT_NEAR(p.levels[l].entropy[j] + p.levels[l].within[j], p.component.entropy[j],
                            1e-9 * p.component.entropy[j]);
            }
        }
    }
}

TEST(Latents, OnlyDataHaveAnEntropyWithinTheirClass) {
    law::Law law = random_data(4, {{0, 0, 1, 1}});
    law.empirical = false;
    Posterior p;
    PosteriorEvaluator(law).evaluate(test::random_states(law.mixture, 3, 1.0, 9), at(0.5, 0.75), latents, p);

    EXPECT_EQ(p.levels[0].within.size(), 0);
    EXPECT_EQ(p.component.within.size(), 0);
}

}  // namespace
}  // namespace kairos::dynamics
