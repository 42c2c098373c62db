// write_sample FILE: the sample result, for programs of others to read (reader_programs_test.py).
#include <cstdio>

#include "kairos/parallel/mpi_session.hpp"
#include "support/result_sample.hpp"

int main(int argc, char** argv) {
    const kairos::parallel::MpiSession session(argc, argv);
    if (argc != 2) return 2;
    kairos::support::write_result_sample(kairos::parallel::Communicator::world(), argv[1], 16, 3, 4);
    return 0;
}
