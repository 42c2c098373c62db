// The reverse step from the marginal at t must give the pair law (x_s, x_t) of forward paths: given component
// k it is Gaussian with
//   Cov(x_u) = alpha_u^2 S_k + sigma_u^2 I,   Cov(x_s, x_t) = alpha_s alpha_t S_k + A sigma_s^2 I,   A =
//   alpha_t/alpha_s
// written here with dense matrices, and the posterior weights come from brute force.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kairos/dynamics/transition.hpp"
#include "support/consistent.hpp"
#include "support/samples.hpp"
#include "transition_laws.hpp"

namespace kairos::dynamics {
namespace {

using test::NamedLaw;

// Mean and its standard error.
class Mean {
public:
    void add(double value) {
        ++count_;
        const double delta = value - mean_;
        mean_ += delta / count_;
        squares_ += delta * (value - mean_);
    }
    void expect(double exact, const std::string& what) const {
        kairos::test::expect_consistent(mean_, std::sqrt(squares_ / count_ / count_), exact, what);
    }

private:
    double count_ = 0, mean_ = 0, squares_ = 0;
};

// What is known exactly of a pair (x_s, x_t), as one vector of 2r coordinates, given the component.
struct PairLaw {
    std::vector<Vector> mean;
    std::vector<Matrix> covariance;
    std::vector<double> variance_s, variance_t, cross;  // one coordinate of the complement
};

PairLaw pair_law(const law::Mixture& mixture, const TimePoint& s, const TimePoint& t) {
    const Index r = mixture.coordinates();
    const Matrix one = Matrix::Identity(r, r);
    const double ratio = t.alpha / s.alpha;
    PairLaw law;
    for (Index k = 0; k < mixture.components(); ++k) {
        const Matrix data = test::dense(mixture.covariance(k), r);
        Vector mean(2 * r);
        mean << s.alpha * mixture.means.col(k), t.alpha * mixture.means.col(k);
        Matrix c(2 * r, 2 * r);
        const Matrix cross = s.alpha * t.alpha * data + ratio * s.sigma2 * one;
        c << s.alpha * s.alpha * data + s.sigma2 * one, cross, cross,
            t.alpha * t.alpha * data + t.sigma2 * one;
        law.mean.push_back(mean);
        law.covariance.push_back(c);
        const double isotropic = mixture.covariance(k).isotropic;
        law.variance_s.push_back(s.alpha * s.alpha * isotropic + s.sigma2);
        law.variance_t.push_back(t.alpha * t.alpha * isotropic + t.sigma2);
        law.cross.push_back(s.alpha * t.alpha * isotropic + ratio * s.sigma2);
    }
    return law;
}

const Index block = 1000, blocks = 600 / kairos::test::sample_divisor;
constexpr std::uint64_t seed = 20240917;

class ReverseOfEveryForm : public ::testing::TestWithParam<NamedLaw> {
protected:
    ReverseOfEveryForm()
        : mixture(GetParam().law.mixture),
          schedule(GetParam().schedule, {}),
          s(schedule.at(Time{GetParam().s})),
          t(schedule.at(Time{GetParam().t})),
          exact(pair_law(mixture, s, t)) {}

    // Calls visit(states at s, states at t) for every block.
    template <class Visit>
    void run(Visit&& visit) {
        ExactTransition transition(GetParam().law, schedule);
        CleanData clean;
        States states;
        Posterior posterior;
        for (Index b = 0; b < blocks; ++b) {
            states.first = TrajectoryId{static_cast<std::uint64_t>(b * block)};
            transition.draw_clean(seed, StepId{0}, states.first, block, clean);
            transition.noised(clean, t, seed, StepId{0}, states);
            const States before = states;
            test::brute_force_weights(GetParam().law, states, t, posterior);
            choose(posterior.weights, {{seed, random::Purpose::choice}, StepId{1}}, states.first,
                   posterior.chosen);
            transition.reverse(states, posterior, s, {.seed = seed}, StepId{1});
            visit(states, before);
        }
    }
    // sum_k weight_k value(k)
    template <class Value>
    double average(Value&& value) const {
        double sum = 0;
        for (Index k = 0; k < mixture.components(); ++k)
            sum += mixture.weights[k] * value(static_cast<std::size_t>(k));
        return sum;
    }

    const law::Mixture& mixture;
    Schedule schedule;
    TimePoint s, t;
    PairLaw exact;
};
INSTANTIATE_TEST_SUITE_P(Laws, ReverseOfEveryForm, ::testing::ValuesIn(test::every_form()),
                         [](const auto& instance) { return instance.param.name; });

class ReverseWithCoordinates : public ReverseOfEveryForm {};
INSTANTIATE_TEST_SUITE_P(Laws, ReverseWithCoordinates,
                         ::testing::ValuesIn(test::every_form_with_coordinates()),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(ReverseOfEveryForm, ReverseStepHasTheMomentsOfForwardPaths) {
    const Index r = mixture.coordinates(), n = 2 * r;
    std::vector<Mean> first(static_cast<std::size_t>(n)), second(static_cast<std::size_t>(n * n));
    Vector pair(n);
    run([&](const States& at_s, const States& at_t) {
        for (Index j = 0; j < block; ++j) {
            pair << at_s.x.col(j), at_t.x.col(j);
            for (Index a = 0; a < n; ++a) {
                first[static_cast<std::size_t>(a)].add(pair[a]);
                for (Index b = a; b < n; ++b)
                    second[static_cast<std::size_t>(a * n + b)].add(pair[a] * pair[b]);
            }
        }
    });

    for (Index a = 0; a < n; ++a) {
        first[static_cast<std::size_t>(a)].expect(average([&](std::size_t k) { return exact.mean[k][a]; }),
                                                  "mean " + std::to_string(a));
        for (Index b = a; b < n; ++b)
            second[static_cast<std::size_t>(a * n + b)].expect(
                average([&](std::size_t k) {
                    return exact.covariance[k](a, b) + exact.mean[k][a] * exact.mean[k][b];
                }),
                "moment " + std::to_string(a) + " " + std::to_string(b));
    }
}

TEST_P(ReverseOfEveryForm, ReverseStepHasTheRadiiOfForwardPaths) {
    const double c = mixture.complement;
    Mean radius, square, product, coupling;
    run([&](const States& at_s, const States& at_t) {
        for (Index j = 0; j < block; ++j) {
            const double rs = at_s.radius2[j], rt = at_t.radius2[j];
            radius.add(rs);
            square.add(rs * rs);
            product.add(rs * rt);
            if (mixture.coordinates() > 0) coupling.add(rs * at_t.x(0, j) * at_s.x(0, j));
        }
    });

    const auto mean = [&](std::size_t k) { return c * exact.variance_s[k]; };
    radius.expect(average(mean), "E R2");
    square.expect(average([&](std::size_t k) { return c * (c + 2) * std::pow(exact.variance_s[k], 2); }),
                  "E R2^2");
    product.expect(average([&](std::size_t k) {
                       return c * c * exact.variance_s[k] * exact.variance_t[k] +
                              2 * c * std::pow(exact.cross[k], 2);
                   }),
                   "E R2_s R2_t");
    const Index r = mixture.coordinates();
    if (r == 0) return;
    coupling.expect(average([&](std::size_t k) {
                        return mean(k) * (exact.covariance[k](0, r) + exact.mean[k][0] * exact.mean[k][r]);
                    }),
                    "E R2_s x_s x_t");
}

// Kolmogorov-Smirnov on a.x_s + b.x_t, a mixture of normals; sqrt(n) D > 2.5 has probability 8e-6.
TEST_P(ReverseWithCoordinates, ReverseStepHasTheDistributionOfForwardPaths) {
    const Index r = mixture.coordinates();
    for (const double mix : {0.0, -0.7}) {
        Vector axis(2 * r);
        for (Index i = 0; i < r; ++i) {
            axis[i] = std::cos(1.0 + 2.0 * static_cast<double>(i));
            axis[r + i] = mix * std::sin(3.0 + static_cast<double>(i));
        }
        std::vector<double> values;
        values.reserve(block * blocks);
        run([&](const States& at_s, const States& at_t) {
            for (Index j = 0; j < block; ++j)
                values.push_back(axis.head(r).dot(at_s.x.col(j)) + axis.tail(r).dot(at_t.x.col(j)));
        });
        std::sort(values.begin(), values.end());

        std::vector<double> center, width;  // of each component; width is its deviation times sqrt(2)
        for (std::size_t k = 0; k < exact.mean.size(); ++k) {
            center.push_back(axis.dot(exact.mean[k]));
            width.push_back(std::sqrt(2 * axis.dot(exact.covariance[k] * axis)));
        }
        const double n = static_cast<double>(values.size());
        double distance = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double cumulative =
                average([&](std::size_t k) { return 0.5 * std::erfc((center[k] - values[i]) / width[k]); });
            const double rank = static_cast<double>(i);
            distance = std::max({distance, cumulative - rank / n, (rank + 1) / n - cumulative});
        }
        EXPECT_LT(std::sqrt(n) * distance, 2.5) << "mix " << mix;
    }
}

// A step of 1e-9 moves x by sqrt(q2) xi and no more.
TEST_P(ReverseWithCoordinates, SmallestStepsKeepTheirNoise) {
    ExactTransition transition(GetParam().law, schedule);
    CleanData clean;
    States states;
    transition.draw_clean(seed, StepId{0}, TrajectoryId{0}, block, clean);
    transition.noised(clean, t, seed, StepId{0}, states);
    const States before = states;
    Posterior posterior;
    test::brute_force_weights(GetParam().law, states, t, posterior);
    choose(posterior.weights, {{seed, random::Purpose::choice}, StepId{1}}, states.first, posterior.chosen);
    const Time to{t.t.value - 1e-9};
    transition.reverse(states, posterior, schedule.at(to), {.seed = seed}, StepId{1});

    const double q2 = schedule.bridge(to, t.t).variance;
    Mean moved;
    for (Index j = 0; j < block; ++j) moved.add((states.x.col(j) - before.x.col(j)).squaredNorm() / q2);
    moved.expect(static_cast<double>(mixture.coordinates()), "|x_s - x_t|^2/q2");
}

}  // namespace
}  // namespace kairos::dynamics
