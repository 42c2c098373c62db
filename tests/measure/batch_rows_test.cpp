// Against moments_of the numbers of each batch, put together by hand.
#include "kairos/measure/batch_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace kairos::measure {
namespace {

constexpr std::size_t places = 11;

double number_of(std::size_t trajectory, std::size_t place) {
    return std::sin(static_cast<double>(3 * trajectory + 7 * place)) + static_cast<double>(place);
}

// Shows blocks of these sizes; the last place has no numbers.
void show(BatchRows& rows, const std::vector<std::size_t>& blocks) {
    std::size_t first = 0;
    for (const std::size_t count : blocks) {
        rows.begin_block(static_cast<Index>(count));
        for (std::size_t place = 0; place + 1 < places; ++place) {
            std::vector<double> numbers;
            for (std::size_t j = 0; j < count; ++j) numbers.push_back(number_of(first + j, place));
            rows.add(numbers, place);
        }
        rows.close_block();
        first += count;
    }
}

void expect_batches(const std::vector<Moments>& found, const std::vector<std::size_t>& sizes) {
    ASSERT_EQ(found.size(), sizes.size() * places);
    std::size_t first = 0;
    for (std::size_t b = 0; b < sizes.size(); ++b) {
        for (std::size_t place = 0; place + 1 < places; ++place) {
            std::vector<double> numbers;
            for (std::size_t j = 0; j < sizes[b]; ++j) numbers.push_back(number_of(first + j, place));
            const Moments expected = moments_of(numbers), &own = found[b * places + place];
            EXPECT_EQ(own.count, expected.count);
            EXPECT_NEAR(own.mean, expected.mean, 1e-14 * static_cast<double>(places));
            EXPECT_NEAR(own.m4, expected.m4, 1e-12 * (1.0 + expected.m4));
            EXPECT_EQ(own.maximum, expected.maximum);
        }
        EXPECT_EQ(found[b * places + places - 1].count, 0.0);
        first += sizes[b];
    }
}

TEST(BatchRows, KeepBatchesApartWhateverTheBlocks) {
    for (const std::vector<std::size_t>& blocks :
         {std::vector<std::size_t>{30}, {9, 21}, {5, 5, 5, 5, 5, 5}, {29, 1}}) {
        BatchRows rows;
        rows.begin({4, 1, 13, 12}, places);
        show(rows, blocks);
        expect_batches(rows.take(), {4, 1, 13, 12});
    }
}

TEST(BatchRows, LongBlocksAndBatchesThatAreNotFinished) {
    BatchRows rows;
    rows.begin({300, 1000}, places);
    show(rows, {512, 128});
    expect_batches(rows.take(), {300, 340});
}

// The tree does not see blocks that are powers of two.
TEST(BatchRows, ABatchInEvenBlocksHasTheBitsOfTheWhole) {
    BatchRows whole, cut;
    whole.begin({256}, places);
    show(whole, {256});
    cut.begin({256}, places);
    show(cut, {64, 64, 64, 64});
    const auto a = whole.take(), b = cut.take();
    for (std::size_t i = 0; i < places; ++i) {
        EXPECT_EQ(a[i].mean, b[i].mean);
        EXPECT_EQ(a[i].m3, b[i].m3);
        EXPECT_EQ(a[i].m4, b[i].m4);
    }
}

TEST(BatchRows, BegunAnewForgetWhatWasLeft) {
    BatchRows rows;
    rows.begin({100}, places);
    show(rows, {40});  // abandoned
    rows.begin({20}, places);
    show(rows, {20});
    expect_batches(rows.take(), {20});
}

}  // namespace
}  // namespace kairos::measure
