// One pass over the data for all times against the ordinary evaluation at each.
#include "kairos/dynamics/common_coupling.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "brute_force.hpp"

namespace kairos::dynamics {
namespace {

// n points in d dimensions, sorted by the finer of two levels.
law::Law data_law(Index n, Index d, double variance, const std::vector<int>& classes) {
    test::Normals normal(31);
    law::Law law;
    law.empirical = true;
    law.mixture.means = 0.4 * normal.matrix(d, n);
    law.mixture.weights = Vector::Ones(n);
    for (Index k = 0; k < n; k += 3) {
        law.mixture.weights[k] = 2.0;
    }
    law.mixture.weights /= law.mixture.weights.sum();
    law.mixture.covariances = {test::isotropic(variance)};
    for (const int count : classes) {
        std::vector<int> class_of;
        for (Index k = 0; k < n; ++k) {
            class_of.push_back(static_cast<int>(k * count / n));
        }
        law.mixture.labels.levels.push_back(test::labels_of(class_of).levels[0]);
    }
    return law;
}

std::vector<TimePoint> some_times() {
    return {test::at(0.9995, 1e-3), test::at(0.95, 0.1), test::at(0.6, 0.64), test::at(0.05, 0.9975),
            test::at(1.0, 25.0)};
}

void expect_near(const Lanes& a, const Lanes& b, double relative) {
    ASSERT_EQ(a.size(), b.size());
    for (Index j = 0; j < a.size(); ++j) {
        EXPECT_NEAR(a[j], b[j], relative * std::max(std::abs(b[j]), 1e-3)) << "lane " << j;
    }
}

void expect_latent(const Latent& a, const Latent& b) {
    expect_near(a.entropy, b.entropy, 1e-10);
    expect_near(a.varentropy, b.varentropy, 1e-10);
    expect_near(a.collision, b.collision, 1e-10);
    expect_near(a.max_weight, b.max_weight, 1e-10);
    expect_near(a.top_surprisal, b.top_surprisal, 1e-10);
    EXPECT_TRUE((a.top == b.top).all());
}

void expect_posterior(const Posterior& a, const Posterior& b) {
    expect_near(a.norm2, b.norm2, 1e-13);
    expect_near(a.log_density, b.log_density, 1e-12);
    expect_latent(a.component, b.component);
    expect_near(a.component.fourth, b.component.fourth, 1e-10);
    ASSERT_EQ(a.levels.size(), b.levels.size());
    for (std::size_t l = 0; l < a.levels.size(); ++l) {
        expect_latent(a.levels[l], b.levels[l]);
        EXPECT_LT((a.levels[l].weights - b.levels[l].weights).cwiseAbs().maxCoeff(), 1e-10);
        expect_near(a.levels[l].within, b.levels[l].within, 1e-10);
    }
}

void expect_every_time(const law::Law& law, CommonCoupling& coupling, Index m, unsigned seed) {
    test::Normals normal(seed);
    const Index d = law.mixture.coordinates(), n = law.mixture.components();
    Rows y(d, m);
    for (Index j = 0; j < m; ++j) {
        y.col(j) = law.mixture.means.col(7 * j % n);
    }
    const Rows z = normal.matrix(d, m);
    coupling.prepare(y, z);
    PosteriorEvaluator evaluator(law);
    Posterior one_pass, ordinary;
    const auto times = some_times();
    for (std::size_t i = 0; i < times.size(); ++i) {
        SCOPED_TRACE("time " + std::to_string(i));
        const Lanes radius2 = law.mixture.complement * times[i].sigma2 * Lanes::LinSpaced(m, 0.8, 1.2);
        const States states{{}, times[i].alpha * y + std::sqrt(times[i].sigma2) * z, radius2};
        coupling.evaluate(i, states, one_pass);
        evaluator.evaluate(states, times[i], {.latents = true, .fourth = true, .weights = true}, ordinary);
        EXPECT_EQ(one_pass.time.sigma2, times[i].sigma2);
        expect_posterior(one_pass, ordinary);
    }
}

TEST(CommonCoupling, AgreesWithTheOrdinaryEvaluationAtEveryTime) {
    for (const double variance : {0.0, 0.3}) {
        for (const Index n : {1, 90, 300}) {
            const law::Law law = data_law(n, 20, variance, n == 1 ? std::vector<int>{} : std::vector{3, 11});
            CommonCoupling coupling(law, some_times());
            for (const Index m : {1, 5, 16, 33}) {  // one object, blocks of any size
                SCOPED_TRACE(std::to_string(n) + " data, " + std::to_string(m) + " trajectories");
                expect_every_time(law, coupling, m, static_cast<unsigned>(m));
            }
        }
    }
}

TEST(CommonCoupling, TheComplementCountsInTheDensityAlone) {
    law::Law law = data_law(50, 8, 0.0, {2});
    law.mixture.complement = 92.0;
    CommonCoupling coupling(law, some_times());
    expect_every_time(law, coupling, 9, 4);
}

TEST(CommonCoupling, ServesDataWithOneIsotropicCovarianceAlone) {
    const law::Law law = data_law(10, 3, 0.0, {2});
    EXPECT_TRUE(CommonCoupling::serves(law));
    law::Law other = law;
    other.empirical = false;
    EXPECT_FALSE(CommonCoupling::serves(other));
    other = law;
    other.mixture.covariances.assign(10, test::isotropic(0.1));
    EXPECT_FALSE(CommonCoupling::serves(other));
    other.mixture.covariances = {test::diagonal(0.1, Eigen::Vector3d(1, 2, 3))};
    EXPECT_FALSE(CommonCoupling::serves(other));
}

TEST(CommonCoupling, BlocksStayWithinTheirMemory) {
    const law::Law few = data_law(50, 4, 0.0, {2}), many = data_law(4000, 4, 0.0, {4000, 2000});
    EXPECT_EQ(CommonCoupling(few, some_times()).block_size(), 128);
    const Index size = CommonCoupling(many, std::vector(20, test::at(1.0, 1.0))).block_size();
    EXPECT_EQ(size, 32);
    EXPECT_LE(static_cast<double>(size) * 20 * 2 * 6000 * 8, 64e6);
}

}  // namespace
}  // namespace kairos::dynamics
