// include/kairos/parallel/native.hpp: the MPI handle of a communicator, for libraries that ask for one
// (HDF5).
//
// The serial twin gives MPI_COMM_SELF. The handle stays owned by the communicator and lives as long as a copy
// of it.
#pragma once
#include <mpi.h>

#include "kairos/parallel/communicator.hpp"

namespace kairos::parallel {

[[nodiscard]] MPI_Comm native(const Communicator& communicator);

}  // namespace kairos::parallel
