// The products of a tile against sums of one term after the other.
#include "../../src/dynamics/tile_products.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace kairos::dynamics {
namespace {

constexpr Index coordinates = 140, panels = 2, absent = 4;  // two chunks; the last rows are no data

template <class Real>
class TileProducts : public testing::Test {
protected:
    static constexpr Index width = panel_width<Real>;

    TileProducts() : data(coordinates, 11), states(coordinates, panels * width), tile(coordinates) {
        for (Index i = 0; i < data.size(); ++i)
            data.data()[i] = std::sin(1.0 + 0.37 * static_cast<double>(i));
        for (Index i = 0; i < states.size(); ++i) states.data()[i] = std::cos(0.11 * static_cast<double>(i));
        for (Index j = 0; j < 18; ++j) columns.push_back(j < 14 ? j % 11 : -1);
        for (std::size_t j = 0; j < columns.size(); ++j)
            constants.push_back(columns[j] < 0 ? absent_logit : 0.5 * static_cast<double>(j));
    }
    void multiply() {
        pack_panels(states, 0.25, tile.coordinates(), packed);
        logits.reserve(panels * panel_values<Real>);
        largest.reserve(panels * width);
        tile.take(data, columns);
        tile_logits(tile, packed.data(), panels, {constants.data(), logits.data(), nullptr, largest.data()});
    }
    [[nodiscard]] double logit(Index row, Index lane) const {
        return logits.data()[lane / width * panel_values<Real> + row * width + lane % width];
    }
    [[nodiscard]] double expected(Index row, Index lane) const {
        const Index column = columns[static_cast<std::size_t>(row)];
        const double start = constants[static_cast<std::size_t>(row)];
        return column < 0 ? start : start + 0.25 * data.col(column).dot(states.col(lane));
    }

    static constexpr double tolerance = 300.0 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    Matrix data;
    Rows states;
    PackedTile<Real> tile;
    std::vector<Index> columns;
    std::vector<double> constants;
    Aligned<Real> packed;
    Aligned<double> logits, largest;
};

using Reals = testing::Types<double, float>;
TYPED_TEST_SUITE(TileProducts, Reals);

TYPED_TEST(TileProducts, LogitsAndTheLargestOfEachLane) {
    this->multiply();
    for (Index lane = 0; lane < this->states.cols(); ++lane) {
        double most = absent_logit;
        for (Index row = 0; row < std::ssize(this->columns); ++row) {
            EXPECT_NEAR(this->logit(row, lane), this->expected(row, lane), this->tolerance * 30.0);
            most = std::max(most, this->logit(row, lane));
        }
        EXPECT_EQ(this->largest.data()[lane], most) << lane;
    }
}

TYPED_TEST(TileProducts, WhatIsNoNumberIsNotTheLargest) {
    this->data(3, 5) = std::numeric_limits<double>::quiet_NaN();
    this->states(7, 1) = std::numeric_limits<double>::quiet_NaN();
    this->multiply();
    EXPECT_TRUE(std::isnan(this->logit(5, 0)));
    EXPECT_GT(this->largest.data()[0], 0.0);
    EXPECT_EQ(this->largest.data()[1], absent_logit);
}

TYPED_TEST(TileProducts, MeansAddDataWithTheirWeights) {
    this->multiply();
    constexpr Index lanes = TestFixture::width;
    Aligned<TypeParam> weights;
    weights.reserve(panel_values<TypeParam>);
    for (Index i = 0; i < panel_values<TypeParam>; ++i)
        weights.data()[i] = static_cast<TypeParam>(1.0 / (1.0 + static_cast<double>(i % 37)));
    Aligned<double> means;
    means.reserve(static_cast<std::size_t>(this->tile.coordinates() * lanes));
    std::fill_n(means.data(), this->tile.coordinates() * lanes, 2.0);
    const std::array<double*, 1> into{means.data()};
    add_tile_means(this->tile, Index{6}, Index{12}, weights.data(), std::span<double* const>(into));
    for (Index k = 0; k < coordinates; ++k)
        for (Index q = 0; q < lanes; ++q) {
            double sum = 2.0;
            for (Index row = 6; row < 18 - absent; ++row)
                sum += this->data(k, this->columns[static_cast<std::size_t>(row)]) *
                       static_cast<double>(weights.data()[row * lanes + q]);
            EXPECT_NEAR(means.data()[k * lanes + q], sum, this->tolerance * 12.0);
        }
}

}  // namespace
}  // namespace kairos::dynamics
