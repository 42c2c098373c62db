// What holds inside a session: the one that tests/support/mpi_main.cpp began. How a session ends a job: session_ends.py.
#include "kairos/parallel/mpi_session.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <string>
#include <type_traits>

namespace kairos::parallel {
namespace {

static_assert(!std::is_copy_constructible_v<MpiSession> && !std::is_copy_assignable_v<MpiSession> &&
                  !std::is_move_constructible_v<MpiSession> && !std::is_move_assignable_v<MpiSession>,
              "one object a program");

TEST(MpiSession, HasBegunAndNotEnded) {
    int begun = 0, ended = 1;
    MPI_Initialized(&begun);
    MPI_Finalized(&ended);
    EXPECT_TRUE(begun);
    EXPECT_FALSE(ended);
}

TEST(MpiSession, IsFunneledThroughTheThreadThatBeganIt) {
    int level = MPI_THREAD_SINGLE, main_thread = 0;
    MPI_Query_thread(&level);
    MPI_Is_thread_main(&main_thread);
    EXPECT_GE(level, MPI_THREAD_FUNNELED);
    EXPECT_TRUE(main_thread);
}

// Each of these calls ends the job under MPI's own default.
TEST(MpiSession, LetsFailingCallsReturn) {
    for (const MPI_Comm comm : {MPI_COMM_WORLD, MPI_COMM_SELF}) {
        int size = 0, value = 0;
        MPI_Comm_size(comm, &size);
        EXPECT_NE(MPI_Send(&value, 1, MPI_INT, size, 0, comm), MPI_SUCCESS);
        EXPECT_NE(MPI_Bcast(&value, -1, MPI_INT, 0, comm), MPI_SUCCESS);
    }
}

// Communicators made from the world take over how it treats errors.
TEST(MpiSession, LetsFailingCallsOfDerivedGroupsReturn) {
    MPI_Comm comm = MPI_COMM_NULL;
    ASSERT_EQ(MPI_Comm_dup(MPI_COMM_WORLD, &comm), MPI_SUCCESS);
    int size = 0, value = 0;
    MPI_Comm_size(comm, &size);
    EXPECT_NE(MPI_Send(&value, 1, MPI_INT, size, 0, comm), MPI_SUCCESS);
    MPI_Comm_free(&comm);
}

TEST(MpiCheck, PassesSuccess) { EXPECT_NO_THROW(check(MPI_SUCCESS, "MPI_Nothing")); }

TEST(MpiCheck, ThrowsWithTheCallAndMpisOwnWords) {
    for (const int result : {MPI_ERR_RANK, MPI_ERR_COUNT, MPI_ERR_COMM, MPI_ERR_OTHER}) {
        char words[MPI_MAX_ERROR_STRING] = {};
        int length = 0;
        MPI_Error_string(result, words, &length);
        ASSERT_GT(length, 0);
        try {
            check(result, "MPI_Something");
            ADD_FAILURE() << "no exception for " << words;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ExitCode::other);
            EXPECT_EQ(std::string(error.what()),
                      "MPI_Something failed: " + std::string(words, static_cast<std::size_t>(length)) + ".");
        }
    }
}

}  // namespace
}  // namespace kairos::parallel
