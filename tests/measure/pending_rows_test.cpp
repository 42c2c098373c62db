// Against moments_of of each part of each row.
#include "kairos/measure/pending_rows.hpp"

#include <gtest/gtest.h>

#include <map>

namespace kairos::measure {
namespace {

TEST(PendingRows, HandOverTheMomentsOfPartsOfEveryRow) {
    constexpr std::size_t length = 21;
    PendingRows rows;
    for (const std::size_t count : {std::size_t{8}, std::size_t{3}}) {  // the second time around fewer
        std::vector<std::vector<double>> kept;
        rows.begin(length);
        for (std::size_t k = 0; k < count; ++k) {
            EXPECT_FALSE(rows.full());
            std::vector<double>& row = kept.emplace_back();
            for (std::size_t i = 0; i < length; ++i)
                row.push_back(static_cast<double>((7 * i + 3 * k) % 11) + 0.25 * static_cast<double>(count));
            rows.add(row, 100 - k);
        }
        EXPECT_EQ(rows.size(), count);
        EXPECT_EQ(rows.full(), count == rows_together);
        std::map<std::size_t, double> seen;
        for (const auto& [first, part] : {std::pair{0U, 5U}, {5U, 16U}})
            rows.each(first, part, [&](std::size_t place, const Moments& moments) {
                const Moments expected = moments_of(std::span(kept.at(100 - place)).subspan(first, part));
                EXPECT_EQ(moments.count, expected.count);
                EXPECT_EQ(moments.mean, expected.mean);
                EXPECT_EQ(moments.m4, expected.m4);
                EXPECT_EQ(moments.minimum, expected.minimum);
                seen[place] += moments.count;
            });
        EXPECT_EQ(seen.size(), count);
        for (const auto& [place, numbers] : seen) EXPECT_EQ(numbers, length) << place;
        rows.clear();
        EXPECT_EQ(rows.size(), 0U);
    }
}

}  // namespace
}  // namespace kairos::measure
