// Numbers as signed digits: what they stand for, their order, and products of them against sums one term after the other.
#include "../../src/dynamics/digits.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "../../src/dynamics/matrix_tiles.hpp"
#include "kairos/random/dispatch.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index values = 150, sheets = 3;

std::int8_t right_digit(const std::vector<std::int8_t>& all, Index digit, Index k, Index q) {
    const Index sheet = digit * sheets + k / sheet_values, in = k % sheet_values;
    return all[static_cast<std::size_t>(sheet * sheet_bytes + q / 16 * 1024 + in / 4 * 64 + q % 16 * 4 +
                                        in % 4)];
}

class Digits : public testing::Test {
protected:
    Digits() : numbers(values * sheet_lanes), scales(sheet_lanes), right(bytes_of_sheets(values)) {
        for (Index i = 0; i < values * sheet_lanes; ++i)
            numbers[static_cast<std::size_t>(i)] = static_cast<float>(
                std::sin(0.7 * static_cast<double>(i)) * std::ldexp(1.0, static_cast<int>(i % 32) - 16));
    }
    void slice_all(Index first = 0, Index count = values) {
        const LaneValues lanes{numbers.data(), sheet_lanes, values, first, count};
        scales_of(lanes, scales.data());
        slice_right(lanes, scales.data(), right.data());
    }
    [[nodiscard]] double sliced(Index k, Index q) const {
        double sum = 0.0;
        for (Index digit = 0; digit < digits; ++digit)
            sum += right_digit(right, digit, k, q) * std::ldexp(1.0, -8 * static_cast<int>(digit));
        return sum * scales[static_cast<std::size_t>(q)];
    }
    [[nodiscard]] float& number(Index k, Index q) {
        return numbers[static_cast<std::size_t>(k * sheet_lanes + q)];
    }

    std::vector<float> numbers;
    std::vector<double> scales;
    std::vector<std::int8_t> right;
};

TEST_F(Digits, AreTheNumberButForHalfAStep) {
    slice_all();
    for (Index q = 0; q < sheet_lanes; ++q) {
        double most = 0.0;
        for (Index k = 0; k < values; ++k) most = std::max(most, std::abs(static_cast<double>(number(k, q))));
        EXPECT_DOUBLE_EQ(scales[static_cast<std::size_t>(q)], most / 127.0);
        // beside half a step of 2^-16, the rounding of a float to the step
        for (Index k = 0; k < values; ++k)
            EXPECT_NEAR(sliced(k, q), static_cast<double>(number(k, q)), most * (0x1.1p-24 + 0x1p-24)) << k;
        for (Index k = values; k < sheets * sheet_values; ++k) EXPECT_EQ(sliced(k, q), 0.0);
    }
}

TEST_F(Digits, OfAPartLeaveTheRestAtZero) {
    slice_all(61, 70);
    for (Index q = 0; q < sheet_lanes; ++q)
        for (Index k = 0; k < sheets * sheet_values; ++k) {
            const double wanted = k >= 61 && k < 131 ? static_cast<double>(number(k, q)) : 0.0;
            EXPECT_NEAR(sliced(k, q), wanted, 127.0 * scales[static_cast<std::size_t>(q)] * 0x1.1p-23);
            if (wanted == 0.0) {
                EXPECT_EQ(sliced(k, q), 0.0);
            }
        }
}

TEST_F(Digits, OfALaneThatIsNotFiniteHaveNoScale) {
    number(3, 1) = std::numeric_limits<float>::quiet_NaN();
    number(4, 2) = -std::numeric_limits<float>::infinity();
    for (Index k = 0; k < values; ++k) number(k, 5) = k % 2 == 0 ? 1e-40F : 0.0F;
    slice_all();
    EXPECT_TRUE(std::isnan(scales[1]) && std::isnan(scales[2]));
    EXPECT_EQ(scales[5], 0.0);
    EXPECT_GT(scales[0], 0.0);
    EXPECT_EQ(sliced(0, 5), 0.0);
}

// Whole numbers: the same with tiles in registers and without.
TEST_F(Digits, HaveProductsThatAreExact) {
    slice_all();
    std::vector<float> turned(sheets * sheet_values * sheet_lanes);
    for (Index q = 0; q < sheet_lanes; ++q)
        for (Index k = 0; k < values; ++k)
            turned[static_cast<std::size_t>(q * sheets * sheet_values + k)] = number(k, q);
    std::vector<std::int8_t> left(right.size());
    slice_left(turned.data(), sheets * sheet_values, sheets * sheet_values, scales.data(), left.data(),
               sheets * sheet_bytes);
    for (const char* const level : {"amx", "avx512"}) {
        random::limit_dispatch(level);
        alignas(64) std::int32_t sums[digits * sums_of_level];
        Upcoming none;
        MatrixTiles().multiply(left.data(), right.data(), sheets, sums, none);
        for (Index p = 0; p < sheet_lanes; ++p)
            for (Index q = 0; q < sheet_lanes; ++q)
                for (Index of_level = 0; of_level < digits; ++of_level) {
                    std::int32_t sum = 0;
                    for (Index i = 0; i <= of_level; ++i)
                        for (Index k = 0; k < values; ++k)
                            sum += right_digit(right, i, k, p) * right_digit(right, of_level - i, k, q);
                    ASSERT_EQ(sums[of_level * sums_of_level + p * sheet_lanes + q], sum) << level;
                }
    }
    random::limit_dispatch("amx");
}

}  // namespace
}  // namespace kairos::dynamics
