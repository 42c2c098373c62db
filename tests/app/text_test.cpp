#include "kairos/app/text.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace kairos::app {
namespace {

std::string as_integer(const std::string& text) {
    const auto value = parse_integer(text);
    return value ? to_text(*value) : "none";
}

TEST(Text, IntegersAreReadByValueNotBySpelling) {
    EXPECT_EQ(as_integer("0"), "0");
    EXPECT_EQ(as_integer("-0"), "0");
    EXPECT_EQ(as_integer("+12"), "12");
    EXPECT_EQ(as_integer("-12"), "-12");
    EXPECT_EQ(as_integer("1e9"), "1000000000");
    EXPECT_EQ(as_integer("12.50e1"), "125");
    EXPECT_EQ(as_integer("1200e-2"), "12");
    EXPECT_EQ(as_integer("3."), "3");
    EXPECT_EQ(as_integer("0e99"), "0");
    EXPECT_EQ(as_integer("0001"), "1");
    EXPECT_EQ(as_integer("18446744073709551615"), "18446744073709551615");
    EXPECT_EQ(as_integer("1.8446744073709551615e19"), "18446744073709551615");
}

TEST(Text, WhatIsNoIntegerBelowTwoToTheSixtyFourIsRefused) {
    for (const char* text : {"", "-", "1.5", "1e-1", "18446744073709551616", "1e20", "1e", "e5", ".", "1e5x",
                             "1 ", " 1", "1e99999999999", "0x1", "1e+-2", "nan", "inf", "1,2", "--1"}) {
        EXPECT_EQ(as_integer(text), "none") << text;
    }
}

TEST(Text, RealsAreFiniteAndWholeTexts) {
    EXPECT_EQ(parse_real("-1.5e-3"), -1.5e-3);
    EXPECT_EQ(parse_real("+2"), 2.0);
    EXPECT_EQ(parse_real(".5"), 0.5);
    EXPECT_FALSE(std::signbit(parse_real("-0").value()));
    for (const char* text :
         {"", "nan", "-nan", "inf", "infinity", "1e400", "1.0.0", "1 ", "++1", "+-1", "0x1p3", "1d3"}) {
        EXPECT_FALSE(parse_real(text)) << text;
    }
}

TEST(Text, ListsAreSplitAtCommasAndTrimmed) {
    EXPECT_EQ(split_list(" a , b,c "), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(split_list("a,,b,"), (std::vector<std::string>{"a", "", "b", ""}));
    EXPECT_TRUE(split_list("  ").empty());
    EXPECT_EQ(joined(std::vector<std::string>{"a", "b"}, " | "), "a | b");
}

}  // namespace
}  // namespace kairos::app
