// Two locks of one process stand for two jobs: the lock is that of an open file, not of a process. That it ends
// with its process is seen in tests/app/failures.py.
#include "kairos/io/file_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "kairos/base/error.hpp"
#include "support/shared_folder.hpp"

namespace kairos::io {
namespace {

namespace fs = std::filesystem;

class FileLockTest : public testing::Test {
protected:
    parallel::Communicator world = parallel::Communicator::world();
    support::SharedFolder folder{world};
    std::string path = folder.file("result.h5");

    // What a second job meets; the same on every rank.
    std::string second_job() const {
        std::string fault;
        try {
            const FileLock lock(world, path);
        } catch (const OutputError& error) {
            EXPECT_EQ(error.code(), ExitCode::output);
            fault = error.what();
        }
        EXPECT_EQ(world.first_text(fault), fault);
        return fault;
    }
};

TEST_F(FileLockTest, TheSecondJobIsToldWhoHoldsIt) {
    const FileLock first(world, path);
    std::string holder = "process " + std::to_string(getpid()) + " on ";
    world.broadcast(holder);
    const std::string fault = second_job();
    EXPECT_NE(fault.find("cannot write " + path + ": another job is writing it (" + holder),
              std::string::npos)
        << fault;
    EXPECT_NE(second_job().find("Wait until"), std::string::npos) << "the first refusal took the lock away";
}

TEST_F(FileLockTest, AskingWhoHoldsItTakesNothing) {
    EXPECT_EQ(holder_of(path), "");
    EXPECT_FALSE(fs::exists(path + ".lock"));
    world.barrier();
    std::optional<FileLock> first;
    first.emplace(world, path);
    std::string holder = "process " + std::to_string(getpid()) + " on ";
    world.broadcast(holder);
    EXPECT_TRUE(holder_of(path).starts_with(holder)) << holder_of(path);
    EXPECT_NE(second_job(), "");
    world.barrier();
    first.reset();
    world.barrier();
    EXPECT_EQ(holder_of(path), "");
    std::ofstream(path + ".lock") << "of a job that was killed";
    world.barrier();
    EXPECT_EQ(holder_of(path), "");
}

TEST_F(FileLockTest, WhatIsGivenBackLeavesNothing) {
    std::optional<FileLock> first;
    first.emplace(world, path);
    first.reset();
    world.barrier();
    EXPECT_TRUE(fs::is_empty(folder.path()));
    world.barrier();
    EXPECT_EQ(second_job(), "");
}

TEST_F(FileLockTest, WhatADeadJobLeftIsTakenOver) {
    if (world.is_root()) std::ofstream(path + ".lock") << "process 1 on a node that is gone, and a long text";
    world.barrier();
    {
        const FileLock lock(world, path);
        const std::string fault = second_job();
        EXPECT_EQ(fault.find("gone"), std::string::npos) << fault;
    }
    world.barrier();
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(FileLockTest, AFileInWorkAndAnEarlierOneStay) {
    if (world.is_root()) {
        std::ofstream(path) << "earlier";
        std::ofstream(path + ".part") << "in work";
    }
    world.barrier();
    EXPECT_EQ(second_job(), "");
    world.barrier();
    EXPECT_EQ(fs::file_size(path), 7U);
    EXPECT_EQ(fs::file_size(path + ".part"), 7U);
}

}  // namespace
}  // namespace kairos::io
