// Every rank writes its slice of one block; all read the whole of it.
#include "kairos/parallel/node_shared.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "kairos/base/error.hpp"
#include "support/shared_folder.hpp"

namespace kairos::parallel {
namespace {

const Communicator& world() {
    static const Communicator communicator = Communicator::world();
    return communicator;
}

constexpr char backing_directory[] = "OMPI_MCA_osc_sm_backing_directory";

// values[i] = i + offset, each rank its slice.
void fill(const NodeShared& memory, double offset) {
    const auto [first, last] = memory.slice(memory.values().size());
    for (std::size_t i = first; i < last; ++i) memory.values()[i] = static_cast<double>(i) + offset;
    memory.publish();
}

std::size_t wrong(const NodeShared& memory, double offset) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < memory.values().size(); ++i)
        count += memory.values()[i] != static_cast<double>(i) + offset;
    return count;
}

void every_rank_sees_what_all_write(const NodeShared& memory, std::size_t count) {
    ASSERT_EQ(memory.values().size(), count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.values().data()) % 64, 0U);
    fill(memory, 0.5);
    EXPECT_EQ(wrong(memory, 0.5), 0U);
    memory.publish();  // all have read
    fill(memory, -3.0);
    EXPECT_EQ(wrong(memory, -3.0), 0U);
}

TEST(NodeShared, EveryRankSeesWhatAllWrote) {
    for (const std::size_t count : {1U, 2U, 7U, 1000003U})
        every_rank_sees_what_all_write(NodeShared(world(), count), count);
}

TEST(NodeShared, MayLieInAFileThatLeavesNothingBehind) {
    const support::SharedFolder folder(world());
    for (const std::size_t count : {0U, 1U, 1000003U}) {
        const NodeShared memory(world(), count, folder.path());
        world().barrier();
        EXPECT_TRUE(std::filesystem::is_empty(folder.path()));  // it has no name
        every_rank_sees_what_all_write(memory, count);
    }
}

// What an error that every rank throws says.
std::string fault_of(std::size_t count, const std::string& folder) {
    try {
        const NodeShared memory(world(), count, folder);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::configuration);
        return error.what();
    }
    return "";
}

TEST(NodeShared, AFolderThatIsMissingOrFullIsAnErrorOnEveryRank) {
    const support::SharedFolder folder(world());
    EXPECT_NE(fault_of(10, folder.file("absent")).find("absent: No such file"), std::string::npos);
    EXPECT_NE(fault_of(std::size_t{1} << 56U, folder.path()).find(folder.path()), std::string::npos);
    world().barrier();
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(NodeShared, BlocksAreSeparate) {
    const NodeShared first(world(), 100), second(world(), 100);
    fill(first, 0.0);
    fill(second, 1000.0);
    EXPECT_EQ(wrong(first, 0.0), 0U);
    EXPECT_EQ(wrong(second, 1000.0), 0U);
}

TEST(NodeShared, MayHoldNothing) {
    const NodeShared memory(world(), 0);
    memory.publish();
    EXPECT_TRUE(memory.values().empty());
}

TEST(NodeShared, SlicesFollowEachOtherAndCoverAll) {
    const NodeShared memory(world(), 1);
    for (const std::size_t items : {0U, 1U, 2U, 10U, 11U}) {
        const auto [first, last] = memory.slice(items);
        ASSERT_LE(first, last);
        const auto ends =
            world().all_gather(std::vector{static_cast<double>(first), static_cast<double>(last)});
        EXPECT_EQ(ends.front(), 0.0);
        EXPECT_EQ(ends.back(), static_cast<double>(items));
        for (std::size_t i = 1; i + 1 < ends.size(); i += 2) EXPECT_EQ(ends[i], ends[i + 1]);
        EXPECT_LE(static_cast<std::size_t>(world().max(static_cast<std::uint64_t>(last - first))),
                  items / static_cast<std::size_t>(world().size()) + 1);
    }
}

TEST(NodeShared, TheSerialTwinHasABlockOfItsOwn) {
    const NodeShared memory(Communicator::serial(), 5);
    const auto [first, last] = memory.slice(5);
    EXPECT_EQ(first, 0U);
    EXPECT_EQ(last, 5U);
    memory.values()[4] = world().rank();
    memory.publish();
    world().barrier();
    EXPECT_EQ(memory.values()[4], world().rank());
}

TEST(NodeShared, ARankThatLeavesByAnExceptionDoesNotWaitForTheOthers) {
    bool caught = false;
    try {
        const NodeShared memory(world(), 10);
        // The others stay until the one that left has been heard of.
        if (world().rank() == world().size() - 1) throw std::runtime_error("left alone");
        throw std::logic_error("left too");
    } catch (const std::exception&) {
        caught = true;
    }
    EXPECT_TRUE(caught);
    world().barrier();
}

// Every rank is refused with the same sentence, which names the folder and how to make room.
void expect_refusal(std::size_t count) {
    try {
        const NodeShared memory(world(), count);
        FAIL() << count << " numbers were given";
    } catch (const Error& error) {
        const std::string what = error.what();
        EXPECT_EQ(error.code(), ExitCode::configuration);
        for (const std::string& part : {shared_folder().path, std::string(" GB"), how_to_make_room()})
            EXPECT_NE(what.find(part), std::string::npos) << what;
        EXPECT_EQ(world().first_text(what), what);
    }
}

// Twice the room there is. One rank alone takes ordinary memory and asks no folder.
TEST(NodeShared, RefusesWhatTheFolderCannotHold) {
    const double room = shared_folder().free_bytes.value_or(0.0);
    ASSERT_GT(room, 0.0) << "the room in " << shared_folder().path << " is not known";
    const auto count = static_cast<std::size_t>(world().max(2.0 * room) / sizeof(double));
    if (world().size() > 1) return expect_refusal(count);
    setenv(backing_directory, "/nowhere/at/all", 1);
    const NodeShared memory(world(), 1000);
    unsetenv(backing_directory);
    EXPECT_EQ(memory.values().size(), 1000U);
}

TEST(SharedFolder, IsTheOneThatMpiIsTold) {
    const char* before = std::getenv(backing_directory);
    const std::string kept = before ? before : "";
    setenv(backing_directory, "/nowhere/at/all", 1);
    EXPECT_EQ(shared_folder().path, "/nowhere/at/all");
    EXPECT_FALSE(shared_folder().free_bytes);
    unsetenv(backing_directory);
    EXPECT_EQ(shared_folder().path, "/dev/shm");
    if (before) setenv(backing_directory, kept.c_str(), 1);
}

}  // namespace
}  // namespace kairos::parallel
