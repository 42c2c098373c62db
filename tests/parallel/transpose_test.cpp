// Every value encodes batch, column and place in the width, so that the result is known without any transfer.
#include "kairos/parallel/transpose.hpp"

#include <gtest/gtest.h>

#include <string>

#include "kairos/base/error.hpp"

namespace kairos::parallel {
namespace {

double value_at(std::uint64_t batch, std::size_t column, std::size_t place) {
    return 1e6 * static_cast<double>(batch) + 1e3 * static_cast<double>(column) + static_cast<double>(place);
}

std::vector<double> row_of(std::uint64_t batch, std::size_t columns, std::size_t width) {
    std::vector<double> row;
    for (std::size_t c = 0; c < columns; ++c)
        for (std::size_t w = 0; w < width; ++w) row.push_back(value_at(batch, c, w));
    return row;
}

std::vector<double> slice_of_all(ColumnSlice slice, std::uint64_t batches, std::size_t width) {
    std::vector<double> values;
    for (std::uint64_t b = 0; b < batches; ++b)
        for (std::size_t c = slice.begin; c < slice.end; ++c)
            for (std::size_t w = 0; w < width; ++w) values.push_back(value_at(b, c, w));
    return values;
}

// Three ways in which batches may have fallen to ranks.
enum class Schedule { round_robin, reversed_blocks, all_on_last };

bool holds(Schedule schedule, int rank, int size, std::uint64_t batch, std::uint64_t batches) {
    const auto ranks = static_cast<std::uint64_t>(size), r = static_cast<std::uint64_t>(rank);
    if (schedule == Schedule::round_robin) return batch % ranks == r;
    if (schedule == Schedule::reversed_blocks) return batch * ranks / batches == ranks - 1 - r;
    return r == ranks - 1;
}

std::vector<BatchRow> rows_of(const Communicator& world, Schedule schedule, std::uint64_t batches,
                              std::size_t columns, std::size_t width) {
    std::vector<BatchRow> mine;
    for (std::uint64_t b = batches; b-- > 0;)  // the order of arrival is not the order of batches
        if (holds(schedule, world.rank(), world.size(), b, batches))
            mine.emplace_back(BatchId{b}, row_of(b, columns, width));
    return mine;
}

TEST(SliceOf, CoversAllColumnsEvenlyInRankOrder) {
    for (const std::size_t columns : {0U, 1U, 2U, 7U, 100U, 1000003U}) {
        for (const int size : {1, 2, 3, 7, 10000}) {
            std::size_t next = 0;
            for (int rank = 0; rank < size; ++rank) {
                const ColumnSlice slice = slice_of(rank, size, columns);
                ASSERT_EQ(slice.begin, next);
                ASSERT_LE(slice.size(), columns / static_cast<std::size_t>(size) + 1);
                ASSERT_GE(slice.size(), columns / static_cast<std::size_t>(size));
                next = slice.end;
            }
            ASSERT_EQ(next, columns);
        }
    }
}

TEST(Transpose, BringsEveryBatchInOrderWhateverTheScheduleAndTheBuffer) {
    const Communicator world = Communicator::world();
    for (const auto schedule : {Schedule::round_robin, Schedule::reversed_blocks, Schedule::all_on_last})
        for (const std::uint64_t batches : {1U, 2U, 11U})
            for (const std::size_t columns : {0U, 1U, 2U, 10U})
                for (const std::size_t width : {1U, 4U})
                    for (const std::size_t buffer : {1U, 100U, 1U << 20U}) {
                        const ColumnSlice slice = slice_of(world.rank(), world.size(), columns);
                        EXPECT_EQ(transpose(world, rows_of(world, schedule, batches, columns, width), batches,
                                            columns, width, buffer),
                                  slice_of_all(slice, batches, width));
                    }
}

TEST(Transpose, OfNoBatchesIsEmpty) { EXPECT_TRUE(transpose(Communicator::world(), {}, 0, 5, 2).empty()); }

TEST(Transpose, OnTheSerialTwinSortsBatches) {
    const std::vector<BatchRow> mine = {{BatchId{1}, {3, 4}}, {BatchId{0}, {1, 2}}};
    EXPECT_EQ(transpose(Communicator::serial(), mine, 2, 2, 1), (std::vector<double>{1, 2, 3, 4}));
}

std::string fault_of(const std::vector<BatchRow>& mine, std::uint64_t batches) {
    try {
        (void)transpose(Communicator::world(), mine, batches, 2, 1);
    } catch (const Error& error) {
        return error.what();
    }
    return "none";
}

TEST(Transpose, RefusesMissingDoubledUnknownAndShortBatchesOnEveryRank) {
    const Communicator world = Communicator::world();
    const std::vector<BatchRow> good = rows_of(world, Schedule::round_robin, 4, 2, 1);
    EXPECT_EQ(fault_of(good, 4), "none");
    EXPECT_EQ(fault_of(good, 5), "transpose: batch 4 is there 0 times instead of once.");
    const bool last = world.rank() == world.size() - 1;
    auto doubled = good, unknown = good, short_row = good;
    if (last) {
        doubled.emplace_back(BatchId{2}, std::vector<double>(2));
        unknown.emplace_back(BatchId{9}, std::vector<double>(2));
        short_row.front().second.pop_back();
    }
    EXPECT_EQ(fault_of(doubled, 4), "transpose: batch 2 is there 2 times instead of once.");
    EXPECT_EQ(fault_of(unknown, 4), "transpose: batch 9 is beyond the last of 4.");
    EXPECT_NE(fault_of(short_row, 4).find("has 1 values instead of 2"), std::string::npos);
}

// The promise that this file exists for: a fold in batch order gives the same bits, whoever computed which
// batch.
TEST(Transpose, MakesFoldsIndependentOfTheSchedule) {
    const Communicator world = Communicator::world();
    const auto fold = [&](Schedule schedule) {
        const auto values = transpose(world, rows_of(world, schedule, 9, 5, 1), 9, 5, 1);
        const std::size_t columns = slice_of(world.rank(), world.size(), 5).size();
        std::vector<double> sums(columns, 0.1);
        for (std::size_t i = 0; i < values.size(); ++i) sums[i % columns] += 1.0 / (values[i] + 3.0);
        return world.all_gather(sums);
    };
    EXPECT_EQ(fold(Schedule::round_robin), fold(Schedule::all_on_last));
    EXPECT_EQ(fold(Schedule::round_robin), fold(Schedule::reversed_blocks));
}

}  // namespace
}  // namespace kairos::parallel
