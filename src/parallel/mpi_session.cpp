#include "kairos/parallel/mpi_session.hpp"

#include <mpi.h>

#include <array>
#include <exception>
#include <string>

namespace kairos::parallel {

MpiSession::MpiSession(int& argc, char**& argv) : exceptions_(std::uncaught_exceptions()) {
    int given = 0;
    check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &given), "MPI_Init_thread");
    check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
}

MpiSession::~MpiSession() {
    if (std::uncaught_exceptions() > exceptions_) abort_all(ExitCode::other);
    MPI_Finalize();
}

void check(int result, const char* call) {
    if (result == MPI_SUCCESS) return;
    std::string words(MPI_MAX_ERROR_STRING, '\0');
    int length = 0;
    MPI_Error_string(result, words.data(), &length);
    words.resize(static_cast<std::size_t>(length));
    throw Error(ExitCode::other, std::string(call) + " failed: " + words + ".");
}

std::string mpi_library() {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    check(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
    const std::string all(text.data(), static_cast<std::size_t>(length));
    return all.substr(0, all.find_first_of(",\n"));
}

void abort_all(ExitCode code) {
    MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
    std::terminate();  // MPI_Abort does not come back
}

}  // namespace kairos::parallel
