// Independent of the formulas: every trajectory is looked up in the batches that claim to hold it, and the
// wishes of the header are checked over many ensemble sizes.
#include "kairos/parallel/batch_plan.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "kairos/base/error.hpp"

namespace kairos::parallel {
namespace {

TEST(BatchPlan, HoldsEveryTrajectoryOnceAndInOrder) {
    for (const std::uint64_t trajectories :
         {1U, 2U, 31U, 32U, 33U, 255U, 256U, 1000U, 2047U, 10007U, 40000U}) {
        for (const std::optional<std::uint64_t> size :
             {std::optional<std::uint64_t>{}, {1}, {7}, {64}, {100000}}) {
            const BatchPlan plan(trajectories, size);
            std::uint64_t next = 0;
            for (std::uint64_t b = 0; b < plan.count(); ++b) {
                ASSERT_EQ(number(plan.first(BatchId{b})), next);
                ASSERT_GE(plan.size_of(BatchId{b}), 1U);
                next += plan.size_of(BatchId{b});
            }
            EXPECT_EQ(next, trajectories) << size.value_or(0);
        }
    }
}

TEST(BatchPlan, TakesTheSizeGiven) {
    const BatchPlan plan(100, 30);
    EXPECT_EQ(plan.size(), 30U);
    EXPECT_EQ(plan.count(), 4U);
    EXPECT_EQ(plan.size_of(BatchId{2}), 30U);
    EXPECT_EQ(plan.size_of(BatchId{3}), 10U);
}

TEST(BatchPlan, AutomaticSizesKeepAtMost512BatchesAndAtLeast32) {
    for (std::uint64_t trajectories = 1; trajectories < 200000; trajectories += 1 + trajectories / 97) {
        const BatchPlan plan(trajectories, std::nullopt);
        EXPECT_LE(plan.count(), 512U) << trajectories;
        EXPECT_GE(plan.count(), std::min<std::uint64_t>(trajectories, 32)) << trajectories;
    }
}

TEST(BatchPlan, AutomaticSizesArePowersOfTwo) {
    for (std::uint64_t trajectories = 1; trajectories < 200000; trajectories += 1 + trajectories / 97) {
        const std::uint64_t size = BatchPlan(trajectories, std::nullopt).size();
        EXPECT_TRUE(std::has_single_bit(size)) << trajectories;
        EXPECT_TRUE(size >= 64 || BatchPlan(trajectories, std::nullopt).count() <= 64) << trajectories;
    }
}

TEST(BatchPlan, AutomaticSizesFillSimdLanesWhereTheyCan) {
    for (const std::uint64_t trajectories : {256U, 1000U, 2048U, 10000U, 32768U, 32769U, 1000000U})
        EXPECT_EQ(BatchPlan(trajectories, std::nullopt).size() % 8, 0U) << trajectories;
    EXPECT_EQ(BatchPlan(10000, std::nullopt).size(), 64U);
}

TEST(BatchPlan, HandlesTheLargestEnsembles) {
    const auto most = ~std::uint64_t{0};
    const BatchPlan plan(most, std::nullopt);
    EXPECT_LE(plan.count(), 512U);
    const BatchId last{plan.count() - 1};
    EXPECT_EQ(number(plan.first(last)) + plan.size_of(last), most);
}

// Every batch is in one part, at one place, and in the same part of a larger ensemble.
TEST(BatchPlan, PartsTakeBatchesInTurn) {
    for (const std::uint64_t count : {1U, 2U, 7U, 64U, 157U, 512U})
        for (std::uint64_t parts = 1; parts <= count; ++parts) {
            const BatchPlan plan(count, 1);
            const std::vector<BatchId> in_place = plan.in_place(parts);
            std::vector<int> found(count, 0);
            std::uint64_t next = 0;
            for (std::uint64_t p = 0; p < parts; ++p) {
                const BatchSeries part = plan.part(p, parts);
                ASSERT_EQ(part.places().begin, next) << p << " of " << parts;
                ASSERT_GE(part.places().size(), count / parts);
                ASSERT_LE(part.places().size(), count / parts + 1);
                for (std::uint64_t i = 0; i < part.count; ++i) {
                    ASSERT_EQ(number(part[i]) % parts, p);
                    ASSERT_EQ(in_place.at(part.place + i), part[i]);
                    ++found.at(number(part[i]));
                }
                next = part.places().end;
            }
            ASSERT_EQ(found, std::vector<int>(count, 1));
        }
}

TEST(BatchPlan, PartsOfTheLargestEnsemblesDoNotOverflow) {
    const BatchPlan plan(~std::uint64_t{0}, 1);
    const std::uint64_t parts = 4000000000U;
    EXPECT_EQ(plan.part(parts - 1, parts).places().end, plan.count());
    EXPECT_EQ(plan.all(), (BatchSeries{0, 1, plan.count(), 0}));
}

TEST(BatchPlan, NoTrajectoriesMakeNoBatches) { EXPECT_EQ(BatchPlan(0, std::nullopt).count(), 0U); }

TEST(GroupsToDo, AreEveryUnfinishedBatchOnceAndInOrder) {
    for (std::uint64_t count : {0, 1, 7, 64})
        for (std::uint64_t together : {1, 2, 5, 32})
            for (std::uint64_t teams : {1, 2, 3, 100}) {
                std::vector<std::int64_t> finished(count, 0), done(count, 0);
                for (std::uint64_t i = 0; i < count; ++i) finished[i] = i % 11 == 3 || i % 7 == 5 ? 1 : 0;
                std::uint64_t end = 0;
                for (const BatchRange& group : groups_to_do(finished, together, teams)) {
                    ASSERT_GE(group.begin, end);
                    ASSERT_GE(group.size(), 1U);
                    ASSERT_LE(group.size(), together);
                    end = group.end;
                    for (std::uint64_t i = group.begin; i < end; ++i) ++done.at(i);
                }
                for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(done[i], 1 - finished[i]) << i;
            }
}

// By hand: whole groups while every team can have one, then what is left is shared, down to a quarter of a group.
TEST(GroupsToDo, LeaveNoTeamIdleInTheEnd) {
    const auto sizes = [](std::size_t count, std::uint64_t together, std::uint64_t teams) {
        std::vector<std::uint64_t> found;
        for (const BatchRange& group : groups_to_do(std::vector<std::int64_t>(count, 0), together, teams))
            found.push_back(group.size());
        return found;
    };
    using Sizes = std::vector<std::uint64_t>;
    EXPECT_EQ(sizes(2, 2, 2), (Sizes{1, 1}));
    EXPECT_EQ(sizes(2, 2, 1), (Sizes{2}));
    EXPECT_EQ(sizes(16, 8, 2), (Sizes{8, 4, 2, 2}));
    EXPECT_EQ(sizes(24, 8, 2), (Sizes{8, 8, 4, 2, 2}));
    EXPECT_EQ(sizes(16, 8, 1), (Sizes{8, 8}));
    EXPECT_EQ(sizes(5, 1, 2), (Sizes{1, 1, 1, 1, 1}));
}

TEST(BatchPlan, RefusesBatchesWithoutTrajectories) {
    try {
        const BatchPlan plan(10, 0);
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.key, "ensemble.batch");
        EXPECT_EQ(error.code(), ExitCode::configuration);
    }
}

}  // namespace
}  // namespace kairos::parallel
