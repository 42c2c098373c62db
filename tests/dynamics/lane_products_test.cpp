// tests/dynamics/lane_products_test.cpp: both kinds of sums over rows of lanes against Eigen's products, at every number of lanes about the width of a
// vector; a lane alone has the bits it has among others.
#include "../../src/dynamics/lane_products.hpp"
#include "../../src/dynamics/lane_columns.hpp"

#include <gtest/gtest.h>

#include "hwy/targets.h"
#include "kairos/random/noise.hpp"

namespace kairos::dynamics {
namespace {

Rows numbers(Index rows, Index lanes, std::uint32_t draw) {
    Rows out(rows, lanes);
    if (out.size() > 0)
        random::fill_normals({.purpose = random::Purpose::probe}, TrajectoryId{0}, StepId{draw}, 0, out);
    return out;
}

// Sums of a few dozen products of numbers of order one.
constexpr double rounding = 1e-13;

class EverySize : public testing::TestWithParam<std::tuple<Index, Index, Index>> {
protected:
    const Index rows = std::get<0>(GetParam()), lanes = std::get<1>(GetParam()),
                terms = std::get<2>(GetParam());
    const Rows x = numbers(rows, lanes, 1), y = numbers(rows, lanes, 2), w = numbers(terms, lanes, 3);
    const Matrix a = numbers(rows, terms, 4);
};

TEST_P(EverySize, ColumnProducts) {
    Lanes alone, square, product;
    column_squares(x, alone);
    column_products(x, y, square, product);
    const Lanes squares = x.array().square().colwise().sum();
    const Lanes products = (x.array() * y.array()).colwise().sum();
    EXPECT_TRUE((alone == square).all());
    EXPECT_LE((square - squares).abs().maxCoeff(), rounding * (1.0 + squares.maxCoeff()));
    EXPECT_LE((product - products).abs().maxCoeff(), rounding * (1.0 + squares.maxCoeff()));
}

TEST_P(EverySize, InnerProducts) {
    Rows out(terms, lanes);
    few_inner_products(a, x, out);
    EXPECT_LE((out - a.transpose() * x).cwiseAbs().maxCoeff(), rounding);
}

TEST_P(EverySize, Combinations) {
    Rows out = x;
    add_few(-0.7, a, w, out);
    EXPECT_LE((out - (x - 0.7 * a * w)).norm(), rounding * static_cast<double>(1 + rows * lanes));
}

TEST_P(EverySize, KeepAndSpread) {
    const Lanes keep = w.row(0).array(), spread = w.row(terms - 1).array().exp();
    Rows out = x;
    keep_and_spread(keep, spread, y, out);
    const Rows expected = x * keep.matrix().asDiagonal() + y * spread.matrix().asDiagonal();
    EXPECT_LE((out - expected).norm(), rounding * static_cast<double>(1 + rows * lanes));
}

TEST_P(EverySize, SubtractAndMultiply) {
    Rows out, in_place = x;
    Lanes square, product, squares, products;
    subtract_and_multiply(x, 0.6, y, out, square, product);
    subtract_and_multiply(in_place, 0.6, y, in_place, squares, products);
    EXPECT_LE((out - (x - 0.6 * y)).norm(), rounding * static_cast<double>(1 + rows * lanes));
    EXPECT_EQ(in_place, out);
    column_products(out, y, squares, products);
    EXPECT_TRUE((square == squares).all());
    EXPECT_TRUE((product == products).all());
}

TEST_P(EverySize, ALaneAloneHasTheSameBits) {
    Lanes among, alone, squares, square;
    column_products(x, y, squares, among);
    Rows projected(terms, lanes), one(terms, 1), sums = x;
    few_inner_products(a, x, projected);
    add_few(0.3, a, w, sums);
    for (Index j = 0; j < lanes; ++j) {
        const Rows xj = x.col(j), yj = y.col(j);
        column_products(xj, yj, square, alone);
        EXPECT_EQ(alone[0], among[j]);
        EXPECT_EQ(square[0], squares[j]);
        few_inner_products(a, xj, one);
        EXPECT_EQ(one, projected.col(j));
        Rows sum = xj;
        add_few(0.3, a, Rows(w.col(j)), sum);
        EXPECT_EQ(sum, sums.col(j));
    }
}

INSTANTIATE_TEST_SUITE_P(LaneProducts, EverySize,
                         testing::Combine(testing::Values<Index>(0, 1, 2, 33),
                                          testing::Values<Index>(1, 2, 7, 8, 9, 31, 32, 33, 75),
                                          testing::Values<Index>(1, 2, 3, 4, 5, 8)));

// Columns of a block, as a mixture's means and the weights of one class are.
TEST(LaneProducts, ReadPartsOfMatrices) {
    const Matrix a = numbers(9, 6, 1);
    const Rows w = numbers(6, 20, 2), x = numbers(12, 20, 3);
    Rows out = Rows::Zero(9, 20);
    add_few(1.0, a.middleCols(2, 3), w.middleRows(2, 3), out);
    EXPECT_LE((out - a.middleCols(2, 3) * w.middleRows(2, 3)).norm(), 1e-12);

    Rows tall = x;
    keep_and_spread(Lanes::Constant(20, 2.0), Lanes::Constant(20, 3.0), w, tall.middleRows(4, 6));
    Rows expected = x;
    expected.middleRows(4, 6) = 2.0 * x.middleRows(4, 6) + 3.0 * w;
    EXPECT_LE((tall - expected).norm(), 1e-12);
}

// Products round once wherever there are fused multiply-adds.
TEST(LaneProducts, EveryInstructionSetWithFusedMultiplyAddGivesTheSameBits) {
    const Rows x = numbers(40, 37, 1);
    Lanes chosen, other;
    column_squares(x, chosen);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        column_squares(x, other);
        if (target == HWY_AVX2 || target == HWY_AVX3) {
            EXPECT_TRUE((other == chosen).all()) << hwy::TargetName(target);
        } else {
            EXPECT_LE((other - chosen).abs().maxCoeff(), 1e-12) << hwy::TargetName(target);
        }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

}  // namespace
}  // namespace kairos::dynamics
