// The main of every test program that runs under mpirun: all ranks run all tests in the same order, rank 0
// prints, the others tell their failures only, and a failure on any rank fails the job.
#include <gtest/gtest.h>
#include <mpi.h>

#include <cstdio>

#include "kairos/parallel/mpi_session.hpp"

namespace {

constexpr double patience = 5.0;  // seconds that a rank whose test failed waits for the others

class FailuresOnly : public testing::EmptyTestEventListener {
public:
    explicit FailuresOnly(int rank) : rank_(rank) {}
    void OnTestPartResult(const testing::TestPartResult& part) override {
        if (!part.failed()) return;
        const char* file = part.file_name() ? part.file_name() : "?";
        std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_, file, part.line_number(), part.summary());
    }

private:
    int rank_;
};

// A test that fails on one rank may leave while others wait for it in a collective call, for ever. So all
// ranks meet after every test, and a rank that failed gives up on the others after a while. The meeting has a
// communicator of its own: on the world it would be matched with the collective calls of the unfinished test.
class Meeting : public testing::EmptyTestEventListener {
public:
    explicit Meeting(int rank) : rank_(rank) { MPI_Comm_dup(MPI_COMM_WORLD, &comm_); }
    ~Meeting() override { MPI_Comm_free(&comm_); }
    Meeting(const Meeting&) = delete;
    Meeting& operator=(const Meeting&) = delete;

    void OnTestEnd(const testing::TestInfo& test) override {
        const int mine = test.result()->Failed() ? 1 : 0;
        int failures = 0;
        MPI_Request everyone = MPI_REQUEST_NULL;
        MPI_Iallreduce(&mine, &failures, 1, MPI_INT, MPI_SUM, comm_, &everyone);
        wait(everyone, mine != 0, test);
        if (rank_ == 0 && failures > mine)
            std::fprintf(stderr, "%s.%s failed on %d other rank(s)\n", test.test_suite_name(), test.name(),
                         failures - mine);
    }

private:
    void wait(MPI_Request everyone, bool failed, const testing::TestInfo& test) const {
        const double end = MPI_Wtime() + patience;
        for (int done = 0; !done; MPI_Test(&everyone, &done, MPI_STATUS_IGNORE)) {
            if (!failed || MPI_Wtime() < end) continue;
            std::fprintf(stderr, "[rank %d] %s.%s failed here and the others do not come: ending all\n",
                         rank_, test.test_suite_name(), test.name());
            kairos::parallel::abort_all(kairos::ExitCode::other);
        }
    }

    int rank_;
    MPI_Comm comm_ = MPI_COMM_NULL;
};

int run_tests(int rank) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    if (rank != 0) {
        delete listeners.Release(listeners.default_result_printer());
        delete listeners.Release(listeners.default_xml_generator());  // all ranks would write one file
        listeners.Append(new FailuresOnly(rank));
    }
    auto* meeting = new Meeting(rank);
    listeners.Append(meeting);
    const int mine = RUN_ALL_TESTS();
    int any = 0;
    MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    delete listeners.Release(meeting);  // while its communicator can still be freed
    return any;
}

}  // namespace

int main(int argc, char** argv) {
    const kairos::parallel::MpiSession session(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return run_tests(rank);
}
