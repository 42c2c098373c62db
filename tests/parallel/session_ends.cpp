// A session that ends as it is told, for session_ends.py:
//
//   session_ends leave             all ranks reach the end
//   session_ends abort RANK CODE   one rank calls abort_all; the others wait for it in a barrier
//   session_ends throw RANK        an exception leaves the session on one rank; the others wait for it in a barrier
#include <mpi.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "kairos/parallel/mpi_session.hpp"

namespace {

using kairos::parallel::MpiSession;

void live(int argc, char** argv) {
    const MpiSession session(argc, argv);
    const std::vector<std::string> words(argv + 1, argv + argc);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (words.at(0) != "leave" && rank == std::stoi(words.at(1))) {
        if (words.at(0) == "abort") kairos::parallel::abort_all(kairos::ExitCode{std::stoi(words.at(2))});
        throw std::runtime_error("thrown inside the session");
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        live(argc, argv);
    } catch (const std::exception& error) {
        std::printf("outlived: %s\n", error.what());  // the destructor should have ended the job
    }
    int finalized = 0;
    MPI_Finalized(&finalized);
    std::printf("finalized %d\n", finalized);
    return 0;
}
