#include "kairos/base/spelling.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kairos {
namespace {

const std::vector<std::string> keys = {"dimension", "components", "seed", "sigma", "weights"};

TEST(Spelling, FindsTheNameAfterOneSlip) {
    EXPECT_EQ(nearest_spelling("dimenson", keys), "dimension");    // a letter left out
    EXPECT_EQ(nearest_spelling("dimennsion", keys), "dimension");  // one too many
    EXPECT_EQ(nearest_spelling("dimansion", keys), "dimension");   // another letter
    EXPECT_EQ(nearest_spelling("dimenison", keys), "dimension");   // two neighbours swapped
    EXPECT_EQ(nearest_spelling("seed", keys), "seed");
}

TEST(Spelling, ASwapOfNeighboursCountsAsOneSlip) {
    // "abdcfe" is two swaps from "abcdef" and three substitutions from "abdxyz"; as substitutions the swaps
    // would cost four.
    EXPECT_EQ(nearest_spelling("abdcfe", std::vector<std::string>{"abdxyz", "abcdef"}), "abcdef");
}

TEST(Spelling, SuggestsNothingForWhatIsFarFromEverything) {
    EXPECT_EQ(nearest_spelling("temperature", keys), "");
    EXPECT_EQ(nearest_spelling("seed", std::vector<std::string>{}), "");
}

TEST(Spelling, AllowsAThirdOfTheLengthAndAtLeastTwo) {
    const std::vector<std::string> nine = {"abcdefghi"};
    EXPECT_EQ(nearest_spelling("abcdefxyz", nine), "abcdefghi");  // 3 of 9
    EXPECT_EQ(nearest_spelling("abcdewxyz", nine), "");           // 4 of 9
    EXPECT_EQ(nearest_spelling("ab", std::vector<std::string>{"xy"}), "xy");
    EXPECT_EQ(nearest_spelling("", std::vector<std::string>{"xyz"}), "");
}

TEST(Spelling, TheBeginningOfOneNameAloneIsThatName) {
    const std::vector<std::string> names = {"exact", "euler-maruyama", "exponential"};
    EXPECT_EQ(nearest_spelling("euler", names), "euler-maruyama");
    EXPECT_EQ(nearest_spelling("ex", names), "");  // two begin so
}

TEST(Spelling, TheFirstOfEquallyNearNamesIsTaken) {
    EXPECT_EQ(nearest_spelling("cat", std::vector<std::string>{"car", "cap"}), "car");
}

}  // namespace
}  // namespace kairos
