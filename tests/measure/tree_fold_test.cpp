// Against moments_of of all numbers together, whose tree it goes on with.
#include "kairos/measure/tree_fold.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <random>
#include <span>

namespace kairos::measure {
namespace {

std::vector<double> normals(std::size_t count) {
    std::mt19937_64 generator(7);
    std::normal_distribution<double> normal(3.0, 1.0);
    std::vector<double> values(count);
    for (double& v : values) v = normal(generator);
    return values;
}

void expect_same_bits(const Moments& a, const Moments& b) {
    const auto same = [](double x, double y) {
        return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
    };
    EXPECT_TRUE(same(a.count, b.count) && same(a.mean, b.mean) && same(a.m2, b.m2) && same(a.m3, b.m3) &&
                same(a.m4, b.m4) && same(a.minimum, b.minimum) && same(a.maximum, b.maximum))
        << a.mean << " " << b.mean << ", " << a.m2 << " " << b.m2 << ", " << a.m4 << " " << b.m4;
}

TEST(TreeFold, BatchesOfEveryPowerOfTwoHaveTheFoldOfAllNumbers) {
    const std::vector<double> values = normals(1000);
    for (const std::size_t size : {1U, 2U, 8U, 64U, 128U}) {
        TreeFold fold;
        for (std::size_t at = 0; at < values.size(); at += size)
            fold.add(
                std::array{moments_of(std::span(values).subspan(at, std::min(size, values.size() - at)))});
        SCOPED_TRACE(size);
        EXPECT_EQ(fold.rows(), (values.size() + size - 1) / size);
        expect_same_bits(fold.take().front(), moments_of(values));
        EXPECT_EQ(fold.rows(), 0U);
    }
}

TEST(TreeFold, IsWholeSubtreesAtAnyMoment) {
    TreeFold fold;
    const std::vector<double> values = normals(13);
    for (const double& v : values) fold.add(std::array{moments_of({&v, 1}), Moments{}});
    const auto& subtrees = fold.subtrees();
    ASSERT_EQ(subtrees.size(), 3U);
    for (const auto& [first, count] : {std::pair{0U, 8U}, {8U, 4U}, {12U, 1U}}) {
        const auto& found = subtrees[first == 0 ? 0 : first == 8 ? 1 : 2];
        EXPECT_EQ(found.first, first);
        EXPECT_EQ(found.count, count);
        expect_same_bits(found.moments.front(), moments_of(std::span(values).subspan(first, count)));
        EXPECT_EQ(found.moments.back().count, 0.0);
    }
}

// What a run goes on from that knows only the sums of its earlier batches.
TEST(TreeFold, ASubtreeStandsForItsRows) {
    const std::vector<double> values = normals(29);
    TreeFold fold;
    for (const auto& [first, count] : {std::pair{0U, 16U}, {16U, 8U}, {24U, 2U}}) {
        fold.add(std::array{moments_of(std::span(values).subspan(first, count))});
        for (std::size_t i = 1; i < count; ++i) fold.add(std::array{Moments{}});
    }
    for (std::size_t i = 26; i < 29; ++i) fold.add(std::array{moments_of({&values[i], 1})});
    expect_same_bits(fold.take().front(), moments_of(values));
}

TEST(TreeFold, NoRowsHaveNoMoments) { EXPECT_TRUE(TreeFold().take().empty()); }

}  // namespace
}  // namespace kairos::measure
