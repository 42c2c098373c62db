// The numbers that all ranks received are gathered and compared with 0 .. count - 1.
#include "kairos/parallel/batch_counter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

namespace kairos::parallel {
namespace {

using namespace std::chrono_literals;

class EveryDealing : public testing::TestWithParam<Dealing> {
protected:
    Communicator world = Communicator::world();

    // Takes numbers until there are no more, or `most` of them; a batch takes `work`, served 10 times.
    std::vector<double> take(BatchCounter& counter, std::size_t most, std::chrono::microseconds work) const {
        std::vector<double> taken;
        while (taken.size() < most) {
            const auto batch = counter.next();
            if (!batch) break;
            taken.push_back(static_cast<double>(number(*batch)));
            for (int step = 0; step < 10; ++step) {
                std::this_thread::sleep_for(work / 10);
                counter.serve();
            }
        }
        return taken;
    }
};
INSTANTIATE_TEST_SUITE_P(Both, EveryDealing, testing::Values(Dealing::automatic, Dealing::messages),
                         [](const auto& way) {
                             return way.param == Dealing::automatic ? "Shared" : "Messages";
                         });

std::vector<double> sorted(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values;
}

TEST_P(EveryDealing, DealsEachNumberOnceAndAscending) {
    for (const std::size_t count : {0U, 1U, 2U, 100U}) {
        BatchCounter counter(world, count, GetParam());
        const auto mine = take(counter, count + 1, 200us);
        counter.finish();
        EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
        std::vector<double> expected(count);
        std::iota(expected.begin(), expected.end(), 0.0);
        EXPECT_EQ(sorted(world.all_gather(mine)), expected);
    }
}

TEST_P(EveryDealing, GivesNothingAfterTheLast) {
    BatchCounter counter(world, 3, GetParam());
    (void)take(counter, 4, 0us);
    EXPECT_FALSE(counter.next());
    EXPECT_FALSE(counter.next());
    counter.finish();
    EXPECT_FALSE(counter.next());
    counter.serve();
    counter.finish();
}

// Each rank in turn halts a dealing that would go on for long; all learn why, and the stronger reason wins.
TEST_P(EveryDealing, AnyRankHaltsIt) {
    for (int who = 0; who < world.size(); ++who) {
        BatchCounter counter(world, 1'000'000, GetParam());
        EXPECT_EQ(counter.halted(), Halt::none);
        world.barrier();
        std::size_t taken = 0;
        while (counter.next()) {
            std::this_thread::sleep_for(50us);
            if (world.rank() == who && ++taken == 3) counter.halt(Halt::pause);
            if (world.rank() == world.size() - 1 && counter.halted() == Halt::pause) counter.halt(Halt::end);
            counter.serve();
        }
        const Halt seen = counter.halted();
        EXPECT_TRUE(seen == Halt::pause || seen == Halt::end);
        if (world.rank() == world.size() - 1) counter.halt(Halt::end);
        counter.halt(Halt::pause);  // weaker: changes nothing
        EXPECT_FALSE(counter.next());
        counter.finish();
        EXPECT_EQ(counter.halted(), Halt::end);
    }
}

TEST_P(EveryDealing, EndsWellWhenRanksStopEarly) {
    BatchCounter counter(world, 1000, GetParam());
    const auto mine = take(counter, static_cast<std::size_t>(world.rank()) + 1, 100us);
    counter.finish();
    EXPECT_EQ(mine.size(), static_cast<std::size_t>(world.rank()) + 1);
    auto all = sorted(world.all_gather(mine));
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << "a number was dealt twice";
}

// Rank 0 works ten times longer on each batch; the others must not wait for it.
TEST_P(EveryDealing, LetsFastRanksDoTheWorkOfASlowOne) {
    BatchCounter counter(world, 100, GetParam());
    const auto mine = take(counter, 101, world.is_root() ? 20ms : 2ms);
    counter.finish();
    const std::int64_t roots =
        world.sum(std::int64_t{world.is_root() ? static_cast<std::int64_t>(mine.size()) : 0});
    if (world.size() == 1) {
        EXPECT_EQ(roots, 100) << "nobody else is there";
    } else {
        EXPECT_LT(roots, 30);
    }
}

TEST(BatchCounter, SerialTwinCountsAlone) {
    BatchCounter counter(Communicator::serial(), 2);
    EXPECT_EQ(counter.next(), BatchId{0});
    EXPECT_EQ(counter.next(), BatchId{1});
    EXPECT_FALSE(counter.next());
    counter.finish();
}

TEST_P(EveryDealing, CountersThatFollowEachOtherDoNotMix) {
    for (std::uint64_t round = 1; round < 20; ++round) {
        BatchCounter counter(world, round, GetParam());
        const auto mine = take(counter, round + 1, 0us);
        counter.finish();
        EXPECT_EQ(world.sum(static_cast<std::uint64_t>(mine.size())), round);
    }
}

}  // namespace
}  // namespace kairos::parallel
