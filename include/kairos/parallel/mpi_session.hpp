// include/kairos/parallel/mpi_session.hpp: the span of a program in which MPI may be used.
//
// The constructor calls MPI_Init_thread(MPI_THREAD_FUNNELED) and makes failing calls return instead of ending
// the job; the destructor calls MPI_Finalize. Install signal handlers before it. One object a program, in
// main. Errors: Error(ExitCode::other) naming the call. An exception that reaches the destructor ends the
// whole job with abort_all, because the other ranks might never come to MPI_Finalize: catch inside, agree on
// an exit code, then leave.
#pragma once
#include <string>

#include "kairos/base/error.hpp"

namespace kairos::parallel {

class MpiSession {
public:
    MpiSession(int& argc, char**& argv);
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;

private:
    int exceptions_;  // in flight when the session began
};

// Throws Error(ExitCode::other) with the name of the call and MPI's own words unless result is MPI_SUCCESS.
void check(int result, const char* call);

// Name and version of the MPI library, one line.
[[nodiscard]] std::string mpi_library();

// Ends all ranks at once with this exit code, under mpirun and srun alike. For errors that one rank alone
// knows of.
[[noreturn]] void abort_all(ExitCode code);

}  // namespace kairos::parallel
