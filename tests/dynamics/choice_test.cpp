// Components drawn by weight, against the cumulated weights and a plain loop.
#include "kairos/dynamics/choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/consistent.hpp"

namespace kairos::dynamics {
namespace {

constexpr std::uint64_t seed = 8;

TEST(Choose, TakesTheFirstComponentWhoseCumulativeWeightPassesTheUniform) {
    constexpr Index count = 150, components = 6;
    Rows weights(components, count);
    for (Index j = 0; j < count; ++j) {
        for (Index k = 0; k < components; ++k)
            weights(k, j) = std::pow(std::sin(1.0 + static_cast<double>(7 * k + 3 * j)), 2);
        weights.col(j) /= weights.col(j).sum();
    }
    const random::Stream stream{seed, random::Purpose::choice};
    std::vector<int> chosen;
    choose(weights, {stream, StepId{3}}, TrajectoryId{40}, chosen);

    std::vector<double> uniforms(count);
    random::fill_uniforms(stream, TrajectoryId{40}, StepId{3}, uniforms);
    ASSERT_EQ(chosen.size(), static_cast<std::size_t>(count));
    for (Index j = 0; j < count; ++j) {
        int k = 0;
        double sum = weights(0, j);
        while (sum <= uniforms[static_cast<std::size_t>(j)]) sum += weights(++k, j);
        EXPECT_EQ(chosen[static_cast<std::size_t>(j)], k) << "trajectory " << j;
    }
}

TEST(Choose, NeverTakesAComponentOfWeightZero) {
    Rows weights = Rows::Zero(5, 2000);
    weights.row(1).setConstant(0.25);
    weights.row(3).setConstant(0.5);  // sums to less than 1, as rounding might, only more so
    std::vector<int> chosen;
    choose(weights, {{seed, random::Purpose::choice}, StepId{0}}, TrajectoryId{0}, chosen);
    const auto threes = std::count(chosen.begin(), chosen.end(), 3);
    EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 1) + threes, 2000);
    kairos::test::expect_consistent(static_cast<double>(threes) / 2000, std::sqrt(0.1875 / 2000), 0.75);
}

TEST(Choose, OfOneComponentIsThatComponent) {
    std::vector<int> chosen = {7};
    choose(Rows::Ones(1, 3), {}, TrajectoryId{0}, chosen);
    EXPECT_EQ(chosen, (std::vector<int>{0, 0, 0}));
}

}  // namespace
}  // namespace kairos::dynamics
