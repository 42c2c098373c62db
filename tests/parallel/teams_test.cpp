// Teams of every size that divides the ranks: who is with whom, and what a team is dealt.
#include "kairos/parallel/teams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace kairos::parallel {
namespace {

TEST(Teams, NeighboursFormATeamAndItsFirstLeads) {
    const Communicator world = Communicator::world();
    for (int size = 1; size <= world.size(); ++size) {
        if (world.size() % size != 0) continue;
        const Teams teams(world, size);
        EXPECT_EQ(teams.team().size(), size);
        EXPECT_EQ(teams.team().rank(), world.rank() % size);
        EXPECT_EQ(teams.leads(), world.rank() % size == 0);
        EXPECT_EQ(teams.peers().size(), world.size() / size);
        EXPECT_EQ(teams.peers().rank(), world.rank() / size);
    }
}

TEST(Teams, RefuseSizesThatDoNotDivideTheRanks) {
    const Communicator world = Communicator::world();
    EXPECT_THROW(Teams(world, world.size() + 1), std::invalid_argument);
    EXPECT_THROW(Teams(world, 0), std::invalid_argument);
}

TEST(TeamCounter, DealsEveryBatchToOneTeamAndTellsAllOfIt) {
    const Communicator world = Communicator::world();
    constexpr std::uint64_t count = 40;
    for (int size = 1; size <= world.size(); ++size) {
        if (world.size() % size != 0) continue;
        const Teams teams(world, size);
        TeamCounter counter(teams, count);
        std::vector<double> mine;
        while (const auto batch = counter.next()) {
            mine.push_back(static_cast<double>(number(*batch)));
            EXPECT_EQ(counter.serve(), Halt::none);
        }
        EXPECT_EQ(counter.finish(), Halt::none);
        EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
        auto all = world.all_gather(mine);
        std::sort(all.begin(), all.end());
        std::vector<double> wanted;
        for (std::uint64_t b = 0; b < count; ++b)
            wanted.insert(wanted.end(), static_cast<std::size_t>(size), static_cast<double>(b));
        EXPECT_EQ(all, wanted);
    }
}

// The wish of one rank is known to its team at once, to the other teams by the end; to abandon is the team's own.
TEST(TeamCounter, ATeamHearsOfAHaltTogether) {
    const Communicator world = Communicator::world();
    for (int size = 1; size <= world.size(); ++size) {
        if (world.size() % size != 0) continue;
        for (int who = 0; who < world.size(); ++who) {
            const Teams teams(world, size);
            TeamCounter counter(teams, 1'000'000);
            const bool mine = who / size == world.rank() / size;
            while (counter.next()) {
                const Halt heard = counter.serve(world.rank() == who ? Halt::abandon : Halt::none);
                EXPECT_TRUE(mine ? heard == Halt::abandon : heard != Halt::abandon);
            }
            EXPECT_EQ(counter.finish(), Halt::end);
        }
    }
}

}  // namespace
}  // namespace kairos::parallel
