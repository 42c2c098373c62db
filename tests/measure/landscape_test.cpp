// Counts and drifts of a few states by hand; sums in any order have the same bits.
#include "kairos/measure/landscape.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/brute_force.hpp"

namespace kairos::measure {
namespace {

// Two equal clusters at +-2 in one of three coordinates.
law::Law two_clusters() {
    law::Mixture mixture;
    mixture.means = Vector{{2.0, 0.0, 0.0}} * Eigen::RowVector2d(1.0, -1.0);
    mixture.weights = Eigen::Vector2d(0.5, 0.5);
    mixture.covariances = {test::isotropic(0.25)};
    mixture.labels = test::labels_of({0, 1});
    law::Law law = test::law_of(mixture);
    law.axis = Vector{{2.0, 0.0, 0.0}};
    return law;
}

dynamics::TimePoint ou(double t) {
    dynamics::TimePoint time = test::at(std::exp(-t), -std::expm1(-2.0 * t));
    time.t = Time{t};
    time.drift = -1.0;
    time.diffusion2 = 2.0;
    return time;
}

// Axes given beside those of the law have bins by the same rule: along the third coordinate one cluster at 0.
TEST(Landscape, GivenAxesStandBesideThoseOfTheLaw) {
    const LandscapeSpec spec =
        landscape_of(two_clusters(), {ou(0.1)}, 10, {{"vector_1", "of a file", Vector{{0.0, 0.0, -2.0}}}});
    ASSERT_EQ(spec.axes.size(), 2U);
    EXPECT_EQ(spec.axes[1].axis.name, "vector_1");
    const double a = std::exp(-0.1), reach = 10.0 * std::sqrt(0.25 * a * a + 1.0 - a * a) / std::sqrt(3.0);
    EXPECT_NEAR(spec.axes[1].high, reach, 1e-12);
    EXPECT_NEAR(spec.axes[1].low, -reach, 1e-12);
}

TEST(Landscape, BinsHoldEveryComponentToFiveDeviations) {
    const LandscapeSpec spec = landscape_of(two_clusters(), {ou(0.1), ou(1.0)}, 10);
    ASSERT_EQ(spec.axes.size(), 1U);
    // |v|^2 = 4, q = v.x/sqrt(3): mean +-4 alpha/sqrt(3), deviation 2 sqrt(alpha^2/4 + sigma^2)/sqrt(3)
    double high = 0.0;
    for (const double t : {0.1, 1.0}) {
        const double a = std::exp(-t);
        high = std::max(high, (4.0 * a + 10.0 * std::sqrt(0.25 * a * a + 1.0 - a * a)) / std::sqrt(3.0));
    }
    EXPECT_NEAR(spec.axes[0].high, high, 1e-12);
    EXPECT_NEAR(spec.axes[0].low, -high, 1e-12);
    EXPECT_NEAR(spec.centre(0, 9), high - 0.5 * spec.width(0), 1e-12);
}

TEST(Landscape, CountsStatesAndSumsTheirDrift) {
    const law::Law law = two_clusters();
    const dynamics::TimePoint time = ou(0.5);
    const LandscapeSpec spec = landscape_of(law, {time}, 8);
    dynamics::States states{TrajectoryId{0}, Rows::Zero(3, 4), Lanes::Zero(4)};
    states.x.row(0) << 0.3, 0.31, -1.2, 1e6;  // two in one bin, one elsewhere, one outside
    states.x.row(1) << 1.0, 2.0, 3.0, 4.0;
    const auto posterior = test::evaluate(law.mixture, states, time, {.score = true});
    Landscape landscape(spec);
    landscape.add(spec, 0, states, posterior, {0, states.x.cols()});
    const double gamma = 0.25 * time.alpha * time.alpha + time.sigma2;
    std::int64_t counted = 0;
    for (Index b = 0; b < 8; ++b) {
        double drift = 0.0;
        std::int64_t count = 0;
        for (Index j = 0; j < 4; ++j) {
            const double x = states.x(0, j), q = 2.0 * x / std::sqrt(3.0);
            if (std::abs(q - spec.centre(0, b)) > 0.5 * spec.width(0)) continue;
            ++count;
            // s = -x/Gamma + (2 alpha/Gamma) tanh(2 alpha x/Gamma)
            const double s = (-x + 2.0 * time.alpha * std::tanh(2.0 * time.alpha * x / gamma)) / gamma;
            drift += 2.0 / std::sqrt(3.0) * (x + 2.0 * s);
        }
        EXPECT_EQ(landscape.count(0, 0, b), count);
        EXPECT_NEAR(spec.drift_unit(0, 0) * static_cast<double>(landscape.drift(0, 0, b)), drift, 1e-7);
        counted += count;
    }
    EXPECT_EQ(counted, 3);
}

TEST(Landscape, AddsUpInAnyOrder) {
    const law::Law law = two_clusters();
    const dynamics::TimePoint time = ou(0.5);
    const LandscapeSpec spec = landscape_of(law, {time}, 16);
    std::vector<Landscape> parts;
    for (unsigned seed = 0; seed < 3; ++seed) {
        const auto states = test::random_states(law.mixture, 40, 1.5, seed);
        parts.emplace_back(spec);
        parts.back().add(spec, 0, states, test::evaluate(law.mixture, states, time, {.score = true}),
                         {0, 40});
    }
    Landscape forward, backward;
    for (std::size_t i = 0; i < 3; ++i) {
        forward.merge(parts[i]);
        backward.merge(parts[2 - i]);
    }
    for (Index b = 0; b < 16; ++b) {
        EXPECT_EQ(forward.count(0, 0, b), backward.count(0, 0, b));
        EXPECT_EQ(forward.drift(0, 0, b), backward.drift(0, 0, b));
    }
}

}  // namespace
}  // namespace kairos::measure
