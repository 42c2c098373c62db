// Grids are checked by what they promise: equal steps of the quantity that names them, ends exact, refusals
// that name a key.
#include "kairos/dynamics/time_grid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "kairos/base/error.hpp"

namespace kairos::dynamics {
namespace {

const std::vector<Schedule>& schedules() {
    static const std::vector<Schedule> all = {
        Schedule(ScheduleKind::ou, {}),
        Schedule(ScheduleKind::ve, {}),
        Schedule(ScheduleKind::ve, {.sigma_min = 0.01, .sigma_max = 50.0}),
        Schedule(ScheduleKind::vp_linear, {}),
        Schedule(ScheduleKind::vp_cosine, {}),
        Schedule(ScheduleKind::edm, {}),
        Schedule(ScheduleKind::flow_matching, {}),
    };
    return all;
}

// Every step of `quantity` over the grid equals the mean step.
void expect_equal_steps(const std::vector<Time>& grid, const std::function<double(Time)>& quantity,
                        double tolerance) {
    const double steps = static_cast<double>(grid.size() - 1);
    const double mean = (quantity(grid.back()) - quantity(grid.front())) / steps;
    for (std::size_t i = 0; i + 1 < grid.size(); ++i)
        EXPECT_NEAR((quantity(grid[i + 1]) - quantity(grid[i])) / mean, 1.0, tolerance) << "step " << i;
}

TEST(RegularGrid, UniformHasEqualStepsOfTime) {
    for (const Schedule& schedule : schedules()) {
        const auto grid = regular_grid(GridKind::uniform, schedule, 33);
        ASSERT_EQ(grid.size(), 33u);
        EXPECT_EQ(grid.front(), schedule.t_min());
        EXPECT_EQ(grid.back(), schedule.t_max());
        expect_equal_steps(
            grid, [](Time t) { return t.value; }, 1e-12);
    }
}

TEST(RegularGrid, LogSnrHasEqualStepsOfLogSnr) {
    for (const Schedule& schedule : schedules()) {
        const auto grid = regular_grid(GridKind::log_snr, schedule, 50);
        ASSERT_EQ(grid.size(), 50u);
        EXPECT_EQ(grid.front(), schedule.t_min());
        EXPECT_EQ(grid.back(), schedule.t_max());
        expect_equal_steps(
            grid, [&](Time t) { return schedule.log_snr(t).value; }, 1e-10);
    }
}

TEST(RegularGrid, KarrasEqualsThePublishedNoiseLevelsForEdm) {
    const Schedule schedule(ScheduleKind::edm, {});
    const auto grid = regular_grid(GridKind::karras, schedule, 18);
    for (int i = 0; i < 18; ++i) {  // sigma_i of Karras et al. 2022, equation 5: from sigma_max down
        const double low = std::pow(0.002, 1 / 7.0), high = std::pow(80.0, 1 / 7.0);
        const double sigma = std::pow(high + i / 17.0 * (low - high), 7.0);
        EXPECT_NEAR(grid[static_cast<std::size_t>(17 - i)].value / sigma, 1.0, 1e-12);
    }
    EXPECT_EQ(grid.front(), schedule.t_min());
    EXPECT_EQ(grid.back(), schedule.t_max());
}

TEST(RegularGrid, KarrasHasEqualStepsOfTheSeventhRootOfTheNoiseLevel) {
    for (const Schedule& schedule : schedules()) {
        const auto grid = regular_grid(GridKind::karras, schedule, 40);
        EXPECT_EQ(grid.front(), schedule.t_min());
        EXPECT_EQ(grid.back(), schedule.t_max());
        expect_equal_steps(
            grid,
            [&](Time t) { return std::pow(std::sqrt(schedule.sigma2(t)) / schedule.alpha(t), 1 / 7.0); },
            1e-10);
    }
}

std::string refused_key(const std::function<void()>& work) {
    try {
        work();
    } catch (const ConfigError& error) {
        return error.key;
    }
    return "nothing was refused";
}

TEST(RegularGrid, RefusesFewerThanTwoPointsAndMoreThanTheNumbersThereAre) {
    const Schedule ou(ScheduleKind::ou, {});
    EXPECT_EQ(regular_grid(GridKind::uniform, ou, 2).size(), 2u);
    EXPECT_EQ(refused_key([&] { (void)regular_grid(GridKind::uniform, ou, 1); }), "time.points");
    const Schedule narrow(ScheduleKind::ou, {.t_min = 1.0, .t_max = 1.0 + 1e-14});
    for (const GridKind kind : {GridKind::uniform, GridKind::log_snr, GridKind::karras})
        EXPECT_EQ(refused_key([&] { (void)regular_grid(kind, narrow, 1000); }), "time.points");
}

// H(y|x_t) of one Gaussian up to a constant, per coordinate.
double gaussian_entropy(const Schedule& schedule, Time t) {
    return -0.5 * std::log1p(std::exp(schedule.log_snr(t).value));
}

TEST(EntropicGrid, HasEqualDecrementsForOneGaussian) {
    for (const Schedule& schedule : schedules()) {
        const auto fine = regular_grid(GridKind::log_snr, schedule, 1025);
        std::vector<double> entropy;
        for (const Time t : fine) entropy.push_back(gaussian_entropy(schedule, t));
        const auto grid = entropic_grid(schedule, fine, entropy, 20);

        ASSERT_EQ(grid.size(), 20u);
        EXPECT_EQ(grid.front(), schedule.t_min());
        EXPECT_EQ(grid.back(), schedule.t_max());
        expect_equal_steps(
            grid, [&](Time t) { return gaussian_entropy(schedule, t); }, 1e-6);
    }
}

TEST(EntropicGrid, MakesANoisyCurveMonotoneAndStillAscends) {
    const Schedule schedule(ScheduleKind::ou, {});
    const auto fine = regular_grid(GridKind::log_snr, schedule, 257);
    std::vector<double> entropy;
    for (std::size_t i = 0; i < fine.size(); ++i)
        entropy.push_back(gaussian_entropy(schedule, fine[i]) + (i % 3 == 0 ? 0.02 : -0.01));
    const auto grid = entropic_grid(schedule, fine, entropy, 33);

    ASSERT_EQ(grid.size(), 33u);
    const double mean =
        (gaussian_entropy(schedule, grid.back()) - gaussian_entropy(schedule, grid.front())) / 32;
    for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
        EXPECT_LT(grid[i], grid[i + 1]);
        const double step = gaussian_entropy(schedule, grid[i + 1]) - gaussian_entropy(schedule, grid[i]);
        EXPECT_NEAR(step, mean, 0.04) << "step " << i;  // the noise, pooled
    }
}

TEST(EntropicGrid, KeepsAwayFromPlateaus) {
    const Schedule schedule(ScheduleKind::ou, {});
    const auto fine = regular_grid(GridKind::log_snr, schedule, 301);
    std::vector<double> entropy(301, 0.0);
    for (std::size_t i = 100; i < 301; ++i) entropy[i] = i < 200 ? static_cast<double>(i - 100) / 100 : 1.0;
    const auto grid = entropic_grid(schedule, fine, entropy, 11);
    for (std::size_t i = 1; i < 10; ++i) {
        EXPECT_GT(grid[i], fine[100]);
        EXPECT_LT(grid[i], fine[200]);
    }
}

TEST(EntropicGrid, RefusesACurveThatDoesNotChange) {
    const Schedule schedule(ScheduleKind::ou, {});
    const auto fine = regular_grid(GridKind::log_snr, schedule, 64);
    const auto key = [&](const std::vector<double>& entropy) {
        return refused_key([&] { (void)entropic_grid(schedule, fine, entropy, 8); });
    };
    EXPECT_EQ(key(std::vector<double>(64, 0.7)), "time.grid");
    EXPECT_EQ(key(std::vector<double>(64, std::numeric_limits<double>::quiet_NaN())), "time.grid");
    std::vector<double> falling(64);
    for (std::size_t i = 0; i < 64; ++i) falling[i] = -static_cast<double>(i);
    EXPECT_EQ(key(falling), "time.grid");  // pooled into one value
    std::vector<double> infinite(64, 1.0);
    infinite[0] = -std::numeric_limits<double>::infinity();
    EXPECT_EQ(key(infinite), "time.grid");
    std::vector<double> hole(64);
    for (std::size_t i = 0; i < 64; ++i) hole[i] = static_cast<double>(i);
    hole[30] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(key(hole), "time.grid");
}

TEST(ListedGrid, KeepsTheListAndRefusesWhatDoesNotAscendInside) {
    const Schedule schedule(ScheduleKind::ou, {});
    const std::vector<double> good = {0.01, 0.5, 10.0};
    const auto grid = listed_grid(schedule, good);
    ASSERT_EQ(grid.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(grid[i].value, good[i]);

    const auto key = [&](const std::vector<double>& list) {
        return refused_key([&] { (void)listed_grid(schedule, list); });
    };
    EXPECT_EQ(key({}), "time.list");
    EXPECT_EQ(key({0.001, 1.0}), "time.list");
    EXPECT_EQ(key({1.0, 10.5}), "time.list");
    EXPECT_EQ(key({1.0, 1.0}), "time.list");
    EXPECT_EQ(key({2.0, 1.0}), "time.list");
    EXPECT_EQ(key({1.0, std::numeric_limits<double>::quiet_NaN()}), "time.list");
}

TEST(Substeps, AreUniformInTimeOrInLogSnrInEitherDirection) {
    const Schedule schedule(ScheduleKind::vp_cosine, {});
    const Time late{0.8}, early{0.31};
    for (const GridKind kind :
         {GridKind::uniform, GridKind::list, GridKind::log_snr, GridKind::karras, GridKind::entropic}) {
        const bool in_time = kind == GridKind::uniform || kind == GridKind::list;
        const auto quantity = [&](Time t) { return in_time ? t.value : schedule.log_snr(t).value; };
        for (const auto& [from, to] : {std::pair(late, early), std::pair(early, late)}) {
            const auto times = substep_times(kind, schedule, from, to, 7);
            ASSERT_EQ(times.size(), 8u);
            EXPECT_EQ(times.front(), from);
            EXPECT_EQ(times.back(), to);
            expect_equal_steps(times, quantity, 1e-12);
        }
    }
    const auto one = substep_times(GridKind::log_snr, schedule, late, early, 1);
    EXPECT_EQ(one, (std::vector<Time>{late, early}));
    EXPECT_EQ(refused_key([&] { (void)substep_times(GridKind::uniform, schedule, late, early, 0); }),
              "time.substeps");
}

}  // namespace
}  // namespace kairos::dynamics
