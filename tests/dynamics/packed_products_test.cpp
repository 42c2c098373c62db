// The products of a tile against sums of one term after the other, whatever numbers they are made of.
#include "../../src/dynamics/packed_products.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "../../src/dynamics/digit_products.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index coordinates = 1100, panels = 2, absent = 4;  // several chunks; the last rows are no data

template <class Products>
class ProductsOfATile : public testing::Test {
protected:
    using Real = typename Products::Real;
    static constexpr Index width = panel_width<Real>;

    ProductsOfATile()
        : data(coordinates, 11),
          centre(coordinates),
          states(coordinates, panels * width),
          products(coordinates) {
        for (Index i = 0; i < data.size(); ++i)
            data.data()[i] = std::sin(1.0 + 0.37 * static_cast<double>(i));
        for (Index k = 0; k < coordinates; ++k) centre[k] = 0.3 * static_cast<double>(k % 7);
        for (Index i = 0; i < states.size(); ++i) states.data()[i] = std::cos(0.11 * static_cast<double>(i));
        for (Index j = 0; j < 42; ++j) columns.push_back(j < 42 - absent ? j % 11 : -1);
        for (std::size_t j = 0; j < columns.size(); ++j)
            constants.push_back(columns[j] < 0 ? absent_logit : 0.5 * static_cast<double>(j));
    }
    void multiply() {
        points.emplace(law::Points(data), centre);
        logits.reserve(panels * panel_values<Real>);
        largest.reserve(panels * width);
        products.set_states(states, 0.25);
        products.take({*points, columns});
        products.logits(0, panels, {constants.data(), logits.data(), nullptr, largest.data()});
    }
    [[nodiscard]] double logit(Index row, Index lane) const {
        return logits.data()[lane / width * panel_values<Real> + row * width + lane % width];
    }
    [[nodiscard]] double expected(Index row, Index lane) const {
        const Index column = columns[static_cast<std::size_t>(row)];
        const double start = constants[static_cast<std::size_t>(row)];
        return column < 0 ? start : start + 0.25 * (data.col(column) - centre).dot(states.col(lane));
    }
    // Weights of this tile's rows, those of the second panel twice those of the first; 0 for the datum `without`.
    void weigh(Index without = -1) {
        weights.reserve(panels * panel_values<Real>);
        for (Index i = 0; i < panels * panel_values<Real>; ++i) {
            const Index row = i % panel_values<Real> / width;
            const bool none = row < std::ssize(columns) && columns[static_cast<std::size_t>(row)] == without;
            const double weight = (i < panel_values<Real> ? 1.0 : 2.0) /
                                  (1.0 + static_cast<double>(i % panel_values<Real> % 37));
            weights.data()[i] = none ? Real{0} : static_cast<Real>(weight);
        }
    }
    // Adds rows 6 .. 35 to means of 2 each.
    void expect_means() {
        const Index size = products.rows() * width;
        means.reserve(static_cast<std::size_t>(panels * size));
        std::fill_n(means.data(), panels * size, 2.0);
        const std::array<double*, panels> into{means.data(), means.data() + size};
        products.add_means(6, 30, weights.data(), std::span<double* const>(into));
        for (Index panel = 0; panel < panels; ++panel)
            for (Index k = 0; k < coordinates; ++k)
                for (Index q = 0; q < width; ++q) {
                    double sum = 2.0;
                    for (Index row = 6; row < 36; ++row) {
                        const auto w =
                            static_cast<double>(weights.data()[panel * panel_values<Real> + row * width + q]);
                        if (w > 0.0) sum += (data(k, columns[static_cast<std::size_t>(row)]) - centre[k]) * w;
                    }
                    ASSERT_NEAR(means.data()[panel * size + k * width + q], sum, tolerance * 12.0)
                        << "coordinate " << k << ", lane " << q << " of panel " << panel;
                }
    }

    static constexpr double tolerance = 300.0 * static_cast<double>(std::numeric_limits<Real>::epsilon());
    Matrix data;
    Vector centre;
    std::optional<CentredData> points;
    Rows states;
    Products products;
    std::vector<Index> columns;
    std::vector<double> constants;
    Aligned<Real> weights;
    Aligned<double> logits, largest, means;
};

using AllProducts = testing::Types<PackedProducts<double>, PackedProducts<float>, DigitProducts>;
TYPED_TEST_SUITE(ProductsOfATile, AllProducts);

TYPED_TEST(ProductsOfATile, LogitsAndTheLargestOfEachLane) {
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

TYPED_TEST(ProductsOfATile, WhatIsNoNumberIsNotTheLargest) {
    this->data(3, 5) = std::numeric_limits<double>::quiet_NaN();
    this->states(7, 1) = std::numeric_limits<double>::quiet_NaN();
    this->multiply();
    EXPECT_TRUE(std::isnan(this->logit(5, 0)));
    EXPECT_GT(this->largest.data()[0], 0.0);
    EXPECT_EQ(this->largest.data()[1], absent_logit);
}

// A state of no number alone: the other lanes do not see it.
TYPED_TEST(ProductsOfATile, ALaneOfNoNumbersStaysAlone) {
    this->states(7, 1) = std::numeric_limits<double>::infinity();
    this->multiply();
    for (Index row = 0; row < std::ssize(this->columns) - absent; ++row) {
        EXPECT_FALSE(std::isfinite(this->logit(row, 1)));
        for (const Index lane : {Index{0}, Index{2}})
            EXPECT_NEAR(this->logit(row, lane), this->expected(row, lane), this->tolerance * 30.0);
    }
}

TYPED_TEST(ProductsOfATile, MeansAddDataWithTheirWeights) {
    this->multiply();
    this->weigh();
    this->expect_means();
}

// A datum without weight has no say in the means, however large it is.
TYPED_TEST(ProductsOfATile, MeansKeepTheirDigitsBesideAnOutlier) {
    this->data(5, 3) = 1e9;
    this->multiply();
    this->weigh(3);
    this->expect_means();
}

// The next tile is larger, smaller, even and not: nothing of the one before is left.
TYPED_TEST(ProductsOfATile, TilesFollowOneAnother) {
    this->data(5, 3) = 1e9;
    this->multiply();
    this->data(5, 3) = 0.5;
    this->columns.resize(12);
    this->multiply();
    for (Index row = 0; row < 12; ++row)
        EXPECT_NEAR(this->logit(row, 3), this->expected(row, 3), this->tolerance * 30.0);
}

// Numbers that are too small for a float, beside others that are not.
TYPED_TEST(ProductsOfATile, SubnormalsAddNothing) {
    this->data.col(2).setConstant(1e-310);
    this->states.col(4).setConstant(1e-320);
    this->multiply();
    for (Index row = 0; row < 12; ++row)
        for (const Index lane : {Index{0}, Index{4}})
            EXPECT_NEAR(this->logit(row, lane), this->expected(row, lane), this->tolerance * 30.0);
}

}  // namespace
}  // namespace kairos::dynamics
