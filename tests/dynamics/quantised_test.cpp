// Numbers in 16 bits: their rounding, exact sums of their products on every instruction set, and the bound of what they are off.
#define HWY_WANT_AVX3_DL  // as tile_products.cpp
#include "../../src/dynamics/quantised.hpp"

#include <gtest/gtest.h>

#include <random>

#include "../../src/dynamics/tile_products.hpp"
#include "hwy/highway.h"

namespace kairos::dynamics {
namespace {

constexpr Index rows = 12, lanes = 70, panels = 2;

double rounded(double number, double step) { return step > 0.0 ? step * std::nearbyint(number / step) : 0.0; }

struct Case {
    Matrix data;
    Rows states;

    // Products of tile_logits with c_j = j, [row][lane].
    [[nodiscard]] Rows found() const {
        PackedTile<NumberPair> tile(data.rows());
        tile.quantise_by(step_for(data.cwiseAbs().maxCoeff()));
        std::vector<Index> columns;
        std::vector<double> constants, steps;
        for (Index j = 0; j < rows; ++j) columns.push_back(j), constants.push_back(static_cast<double>(j));
        const CentredData about_zero(data, Vector::Zero(data.rows()));
        tile.take(about_zero, columns);
        Aligned<NumberPair> packed;
        quantise_panels(states, 1.0, tile.coordinates(), steps, packed);
        for (double& step : steps) step *= step_for(data.cwiseAbs().maxCoeff());
        Aligned<double> logits;
        logits.reserve(panels * panel_values<NumberPair>);
        tile_logits(tile, packed.data(), panels, {constants.data(), logits.data(), steps.data()});
        Rows out(rows, lanes);
        constexpr Index width = panel_width<NumberPair>;
        for (Index j = 0; j < rows; ++j)
            for (Index q = 0; q < lanes; ++q)
                out(j, q) = logits.data()[q / width * panel_values<NumberPair> + j * width + q % width];
        return out;
    }
    [[nodiscard]] double step_of_data() const { return step_for(data.cwiseAbs().maxCoeff()); }
    [[nodiscard]] double step_of(Index lane) const {
        return step_for(states.col(lane).cwiseAbs().maxCoeff());
    }
    // From rounded numbers, in doubles that hold every sum of their steps.
    [[nodiscard]] double expected(Index j, Index q) const {
        double steps = 0.0;
        const double s = step_of_data(), t = step_of(q);
        for (Index k = 0; k < data.rows(); ++k)
            steps +=
                std::nearbyint(rounded(data(k, j), s) / s) * std::nearbyint(rounded(states(k, q), t) / t);
        return static_cast<double>(j) + steps * (s * t);
    }
};

Case random_case(Index d, bool extreme) {
    std::mt19937_64 generator(static_cast<unsigned>(d));
    std::normal_distribution<double> law;
    Case made{Matrix(d, rows), Rows(d, lanes)};
    for (double& value : made.data.reshaped()) value = extreme ? 7.5 : law(generator);
    for (double& value : made.states.reshaped()) value = extreme ? -0.3 : 20.0 * law(generator);
    return made;
}

void expect_exact(const Case& made) {
    const Rows found = made.found();
    for (Index j = 0; j < rows; ++j)
        for (Index q = 0; q < lanes; ++q) {
            const double wanted = made.expected(j, q);
            const double size = made.data.col(j).norm() * made.states.col(q).norm();  // of partial sums
            ASSERT_NEAR(found(j, q), wanted, 1e-15 * (size + std::abs(wanted) + 1.0)) << j << ", " << q;
            ASSERT_LE(
                std::abs(found(j, q) - static_cast<double>(j) - made.data.col(j).dot(made.states.col(q))),
                quantisation_error(made.step_of(q), made.states.col(q).norm(), made.step_of_data(),
                                   made.data.col(j).norm(), static_cast<double>(made.data.rows())));
        }
}

// 264 coordinates are one chunk; with all numbers at the largest its sums come nearest to 2^31.
TEST(Quantised, SumsAreExactOnEveryInstructionSet) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(target);
        for (const Index d : {1, 2, 11, 263, 264, 265, 700})
            for (const bool extreme : {false, true}) {
                SCOPED_TRACE(std::string(hwy::TargetName(target)) + ", d = " + std::to_string(d));
                expect_exact(random_case(d, extreme));
            }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

TEST(Quantised, RoundsToTheNearestStep) {
    const auto low = [](NumberPair pair) { return static_cast<std::int16_t>(pair & 0xffff); };
    const auto high = [](NumberPair pair) { return static_cast<std::int16_t>(pair >> 16); };
    for (const double number : {-2850.0, -3.6, -0.4, 0.0, 0.4, 0.6, 17.49, 2850.0}) {
        EXPECT_EQ(low(pair_of(number, -number, 1.0)), std::nearbyint(number));
        EXPECT_EQ(high(pair_of(number, -number, 1.0)), -std::nearbyint(number));
    }
    EXPECT_EQ(pair_of(5.0, 5.0, 0.0), 0);
}

TEST(Quantised, NoStepWhereThereIsNone) {
    EXPECT_EQ(step_for(0.0), 0.0);
    EXPECT_EQ(step_for(1e-310), 0.0);
    EXPECT_EQ(step_for(std::numeric_limits<double>::infinity()), 0.0);
    EXPECT_DOUBLE_EQ(step_for(2850.0), 1.0);
    EXPECT_EQ(per_step(0.0), 0.0);
    EXPECT_DOUBLE_EQ(per_step(0.25), 4.0);
}

}  // namespace
}  // namespace kairos::dynamics
