// Starts, forward steps and radii against their moments; the layout of the noise; trajectories that know
// nothing of their block.
#include "kairos/dynamics/transition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/consistent.hpp"
#include "support/samples.hpp"
#include "transition_laws.hpp"

namespace kairos::dynamics {
namespace {

using kairos::test::expect_mean_consistent;
using test::NamedLaw;

constexpr std::uint64_t seed = 8;
const Index many = 600000 / kairos::test::sample_divisor;

TEST(StepNoise, IsOneCallOfNormalsAndOneOfChiSquared) {
    const NoiseKeys keys{.seed = seed,
                         .step = random::Purpose::clone_step,
                         .radial = random::Purpose::clone_radial,
                         .copy = 3};
    StepNoise noise;
    draw_step_noise(keys, StepId{5}, 4.0, TrajectoryId{17}, 3, 20, noise);

    Rows normals(4, 20);
    random::fill_normals({seed, random::Purpose::clone_step, 3}, TrajectoryId{17}, StepId{5}, 0, normals);
    std::vector<double> chi2(20);
    random::fill_chi_squared({seed, random::Purpose::clone_radial, 3}, TrajectoryId{17}, StepId{5}, 3.0,
                             chi2);
    EXPECT_EQ(Rows(noise.xi()), Rows(normals.topRows(3)));
    for (Index j = 0; j < 20; ++j) {
        EXPECT_EQ(noise.z()[j], normals(3, j));
        EXPECT_EQ(noise.chi2[j], chi2[static_cast<std::size_t>(j)]);
    }
}

TEST(StepNoise, HasNoRadialPartWithoutComplementAndNoChiSquaredForOneDimension) {
    StepNoise noise;
    draw_step_noise({.seed = seed}, StepId{0}, 0.0, TrajectoryId{0}, 3, 20, noise);
    EXPECT_EQ(noise.normals.rows(), 3);
    EXPECT_EQ(noise.chi2.size(), 0);
    draw_step_noise({.seed = seed}, StepId{0}, 1.0, TrajectoryId{0}, 3, 20, noise);
    EXPECT_EQ(noise.normals.rows(), 4);
    EXPECT_TRUE((noise.chi2 == 0.0).all());
}

// R2 of p x + q xi in c dimensions: non-central chi^2, mean p^2 R2 + c q^2, variance 4 p^2 q^2 R2 + 2 c q^4.
TEST(RadialMap, IsTheScaledNonCentralChiSquared) {
    for (const double c : {1.0, 2.0, 7.5, 1e9}) {
        const double p = 0.8, q = 0.6, start = 1.7 * c;
        StepNoise noise;
        draw_step_noise({.seed = seed}, StepId{0}, c, TrajectoryId{0}, 1, many, noise);
        Lanes radius2 = Lanes::Constant(many, start);
        radial_map(Lanes::Constant(many, p), Lanes::Constant(many, q), noise, radius2);

        const double mean = p * p * start + c * q * q,
                     variance = 4 * p * p * q * q * start + 2 * c * std::pow(q, 4);
        expect_mean_consistent(radius2, mean, "mean");
        expect_mean_consistent(Lanes((radius2 - mean).square()), variance, "variance");
        EXPECT_TRUE((radius2 >= 0.0).all());
    }
}

// The same distribution as a vector of c normals, beyond two moments.
TEST(RadialMap, AgreesWithAVectorInTheComplement) {
    constexpr Index c = 3, count = 200000;
    const double p = 0.5, q = 0.9, start = 2.0;
    StepNoise radial;
    draw_step_noise({.seed = seed}, StepId{0}, c, TrajectoryId{0}, 0, count, radial);
    Lanes radius2 = Lanes::Constant(count, start);
    radial_map(Lanes::Constant(count, p), Lanes::Constant(count, q), radial, radius2);
    StepNoise vector;
    draw_step_noise({.seed = seed + 1}, StepId{0}, 0, TrajectoryId{0}, c, count, vector);
    Rows x = q * vector.xi();
    x.row(1).array() += p * std::sqrt(start);
    const Lanes expected = x.colwise().squaredNorm().array();

    for (const double below : {0.3, 1.0, 3.0, 6.0}) {
        const double found = (radius2 < below).cast<double>().mean(),
                     wanted = (expected < below).cast<double>().mean();
        kairos::test::expect_consistent(found, std::sqrt(2 * wanted * (1 - wanted) / count), wanted,
                                        "P(R2 < " + std::to_string(below) + ")");
    }
}

class TransitionOfEveryForm : public ::testing::TestWithParam<NamedLaw> {
protected:
    const law::Law& law = GetParam().law;
    const law::Mixture& mixture = law.mixture;
    Schedule schedule{GetParam().schedule, {}};
    TimePoint s = schedule.at(Time{GetParam().s}), t = schedule.at(Time{GetParam().t});

    // First and second moments of x, and mean and square of R2, against the mixture at (alpha, sigma^2).
    void expect_marginal(const Rows& x, const Lanes& radius2, double alpha, double sigma2) const {
        const Index r = mixture.coordinates();
        Vector mean = Vector::Zero(r);
        Matrix second = Matrix::Zero(r, r);
        double radius = 0, radius_square = 0;
        const double c = mixture.complement;
        for (Index k = 0; k < mixture.components(); ++k) {
            const Vector m = alpha * mixture.means.col(k);
            mean += mixture.weights[k] * m;
            second += mixture.weights[k] * (alpha * alpha * test::dense(mixture.covariance(k), r) +
                                            sigma2 * Matrix::Identity(r, r) + m * m.transpose());
            const double variance = alpha * alpha * mixture.covariance(k).isotropic + sigma2;
            radius += mixture.weights[k] * c * variance;
            radius_square += mixture.weights[k] * c * (c + 2) * variance * variance;
        }
        for (Index a = 0; a < r; ++a) {
            expect_mean_consistent(Lanes(x.row(a).array()), mean[a], "mean");
            for (Index b = a; b < r; ++b)
                expect_mean_consistent(Lanes(x.row(a).array() * x.row(b).array()), second(a, b),
                                       "second moment");
        }
        expect_mean_consistent(radius2, radius, "R2");
        expect_mean_consistent(Lanes(radius2.square()), radius_square, "R2^2");
    }
};
INSTANTIATE_TEST_SUITE_P(Laws, TransitionOfEveryForm, ::testing::ValuesIn(test::every_form()),
                         [](const auto& instance) { return instance.param.name; });

class TransitionWithCoordinates : public TransitionOfEveryForm {};
INSTANTIATE_TEST_SUITE_P(Laws, TransitionWithCoordinates,
                         ::testing::ValuesIn(test::every_form_with_coordinates()),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(TransitionOfEveryForm, CleanDataHaveTheLawOfTheMixture) {
    CleanData clean;
    ExactTransition(law, schedule).draw_clean(seed, StepId{2}, TrajectoryId{5}, many, clean);
    expect_marginal(clean.y, clean.radius2, 1.0, 0.0);
    const auto draws = static_cast<double>(many);
    for (Index k = 0; k < mixture.components(); ++k) {
        const double frequency =
            static_cast<double>(std::count(clean.component.begin(), clean.component.end(), k)) / draws;
        const double weight = mixture.weights[k];
        kairos::test::expect_consistent(frequency, std::sqrt(weight * (1 - weight) / draws), weight,
                                        "weight");
    }
}

TEST_P(TransitionOfEveryForm, CleanDataBelongToTheirComponent) {
    CleanData clean;
    ExactTransition(law, schedule).draw_clean(seed, StepId{2}, TrajectoryId{5}, many, clean);
    for (Index k = 0; k < mixture.components(); ++k) {
        for (Index i = 0; i < mixture.coordinates(); ++i) {
            std::vector<double> values, squares;
            for (Index j = 0; j < many; ++j) {
                if (clean.component[static_cast<std::size_t>(j)] != k) continue;
                values.push_back(clean.y(i, j) - mixture.means(i, k));
                squares.push_back(std::pow(values.back(), 2));
            }
            expect_mean_consistent(values, 0.0, "mean");
            expect_mean_consistent(squares, test::dense(mixture.covariance(k), mixture.coordinates())(i, i),
                                   "variance");
        }
    }
}

TEST_P(TransitionOfEveryForm, NoisedDataAndForwardStepsHaveTheMarginalLaw) {
    ExactTransition transition(law, schedule);
    CleanData clean;
    States states;
    states.first = TrajectoryId{1000};
    transition.draw_clean(seed, StepId{0}, states.first, many, clean);
    transition.noised(clean, s, seed, StepId{0}, states);
    expect_marginal(states.x, states.radius2, s.alpha, s.sigma2);

    const States before = states;
    transition.forward(states, s, t, {.seed = seed}, StepId{1});
    expect_marginal(states.x, states.radius2, t.alpha, t.sigma2);
    const double ratio = t.alpha / s.alpha, q2 = t.sigma2 - ratio * ratio * s.sigma2;
    for (Index i = 0; i < mixture.coordinates(); ++i) {
        const Lanes noise = states.x.row(i).array() - ratio * before.x.row(i).array();
        expect_mean_consistent(Lanes(noise * before.x.row(i).array()), 0.0, "noise and state");
        expect_mean_consistent(Lanes(noise.square()), q2, "noise variance");
    }
    const double c = mixture.complement;
    expect_mean_consistent(Lanes(states.radius2 - ratio * ratio * before.radius2), c * q2, "R2 given R2");
}

TEST_P(TransitionOfEveryForm, PriorIsNoiseAlone) {
    States states;
    ExactTransition(law, schedule).prior(t, seed, TrajectoryId{9}, many, states);
    EXPECT_EQ(states.first, TrajectoryId{9});
    for (Index i = 0; i < mixture.coordinates(); ++i) {
        expect_mean_consistent(Lanes(states.x.row(i).array()), 0.0, "mean");
        expect_mean_consistent(Lanes(states.x.row(i).array().square()), t.sigma2, "variance");
    }
    const double c = mixture.complement;
    expect_mean_consistent(states.radius2, c * t.sigma2, "R2");
    expect_mean_consistent(Lanes(states.radius2.square()), c * (c + 2) * t.sigma2 * t.sigma2, "R2^2");
}

// The whole life of trajectories first .. first + count - 1.
States lived(const NamedLaw& form, TrajectoryId first, Index count, std::vector<int>& component) {
    const Schedule schedule(form.schedule, {});
    const TimePoint s = schedule.at(Time{form.s}), t = schedule.at(Time{form.t});
    ExactTransition transition(form.law, schedule);
    CleanData clean;
    States states, prior;
    states.first = first;
    Posterior posterior;
    transition.draw_clean(seed, StepId{3}, first, count, clean);
    transition.noised(clean, s, seed, StepId{3}, states);
    transition.forward(states, s, t, {.seed = seed}, StepId{4});
    transition.prior(t, seed, first, count, prior);
    states.x += prior.x;
    states.radius2 += prior.radius2;
    test::brute_force_weights(form.law, states, t, posterior);
    choose(posterior.weights, {{seed, random::Purpose::choice, 1}, StepId{5}}, first, posterior.chosen);
    transition.reverse(states, posterior, s, {.seed = seed, .copy = 1}, StepId{5});
    component = clean.component;
    return states;
}

TEST_P(TransitionOfEveryForm, ATrajectoryHasTheSameBitsInEveryBlock) {
    std::vector<int> whole_component, component;
    const States whole = lived(GetParam(), TrajectoryId{0}, 100, whole_component);
    Index done = 0;
    for (const Index count : {1, 2, 34, 63}) {
        const States part =
            lived(GetParam(), TrajectoryId{static_cast<std::uint64_t>(done)}, count, component);
        EXPECT_EQ(part.x, Rows(whole.x.middleCols(done, count)));
        EXPECT_TRUE((part.radius2 == whole.radius2.segment(done, count)).all());
        for (Index j = 0; j < count; ++j)
            EXPECT_EQ(component[static_cast<std::size_t>(j)],
                      whole_component[static_cast<std::size_t>(done + j)]);
        done += count;
    }
    ASSERT_EQ(done, 100);
}

TEST_P(TransitionWithCoordinates, DrawsAndSeedsAreIndependent) {
    ExactTransition transition(law, schedule);
    CleanData clean;
    const auto states = [&](std::uint64_t with_seed, StepId draw) {
        States result;
        transition.draw_clean(with_seed, draw, TrajectoryId{0}, many, clean);
        transition.noised(clean, t, with_seed, draw, result);
        return result;
    };
    const States one = states(seed, StepId{0});
    const double mean = t.alpha * mixture.means.row(0).dot(mixture.weights);
    for (const States& other : {states(seed, StepId{1}), states(seed + 1, StepId{0})})
        expect_mean_consistent(Lanes((one.x.row(0).array() - mean) * (other.x.row(0).array() - mean)), 0.0,
                               "covariance");
}

// c = 6 as R2 alone, and with the direction of y_perp made explicit: the same law of |x_perp|^2, jointly with
// x.
TEST(Exposed, CoordinateCarriesAllOfTheDatumAcross) {
    Matrix two(1, 2);
    two << 1.2, -1.2;
    const Vector weights{{0.35, 0.65}};
    Matrix exposed_means = Matrix::Zero(2, 2);
    exposed_means.row(0) = two;
    const law::Law exposed =
        test::make_law(exposed_means, weights, {test::isotropic(1.0), test::isotropic(0.3)}, 5.0);
    const Schedule schedule(ScheduleKind::ou, {});
    const TimePoint t = schedule.at(Time{0.4});
    ExactTransition transition(exposed, schedule, true);
    CleanData clean;
    States states;
    transition.draw_clean(seed, StepId{0}, TrajectoryId{0}, many, clean);
    transition.noised(clean, t, seed, StepId{0}, states);

    EXPECT_TRUE((clean.radius2 == 0.0).all());
    EXPECT_TRUE((clean.y.row(1).array() > 0.0).all());
    const Lanes across = clean.y.row(1).array().square();
    expect_mean_consistent(across, 6 * (0.35 * 1.0 + 0.65 * 0.3), "|y_perp|^2");
    expect_mean_consistent(Lanes(across.square()), 48 * (0.35 * 1.0 + 0.65 * 0.09), "|y_perp|^4");

    const auto variance = [&](double s2) { return t.alpha * t.alpha * s2 + t.sigma2; };
    const Lanes total = states.x.row(1).array().square() + states.radius2;
    expect_mean_consistent(total, 6 * (0.35 * variance(1.0) + 0.65 * variance(0.3)), "|x_perp|^2");
    expect_mean_consistent(Lanes(total.square()),
                           48 * (0.35 * std::pow(variance(1.0), 2) + 0.65 * std::pow(variance(0.3), 2)),
                           "|x_perp|^4");
    expect_mean_consistent(states.radius2, 5 * t.sigma2, "noise across y");
    expect_mean_consistent(Lanes(states.x.row(1).array() * clean.y.row(1).array()),
                           t.alpha * 6 * (0.35 * 1.0 + 0.65 * 0.3), "x.y across");
}

}  // namespace
}  // namespace kairos::dynamics
