#include "kairos/base/number_text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

namespace kairos {
namespace {

TEST(NumberText, WrittenRealsReadBackAsTheSameNumber) {
    EXPECT_EQ(to_text(0.1), "0.1");
    EXPECT_EQ(to_text(1e9), "1000000000");
    EXPECT_EQ(to_text(-3.0), "-3");
    EXPECT_EQ(to_text(9007199254740992.0), "9007199254740992");
    EXPECT_EQ(to_text(1e16), "1e+16");
    EXPECT_EQ(to_text(1e300), "1e+300");
    EXPECT_EQ(to_text(1e-9), "1e-09");
    EXPECT_EQ(to_text(1.0 / 3.0), "0.3333333333333333");
    std::mt19937_64 bits(1);  // any bit pattern of a finite number
    for (int draw = 0; draw < 10000; ++draw) {
        const double value = std::bit_cast<double>(bits());
        if (!std::isfinite(value) || std::fpclassify(value) == FP_SUBNORMAL) continue;
        EXPECT_EQ(std::stod(to_text(value)), value);
    }
}

TEST(NumberText, ListsAreJoinedByCommas) {
    EXPECT_EQ(to_text(std::vector<double>{1.0, 0.25}), "1,0.25");
    EXPECT_EQ(to_text(std::vector<double>{}), "");
}

}  // namespace
}  // namespace kairos
