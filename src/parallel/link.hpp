// src/parallel/link.hpp: what stands behind a Communicator: an MPI communicator, or none for the serial twin.
#pragma once
#include <mpi.h>

#include "kairos/parallel/communicator.hpp"

namespace kairos::parallel {

struct Communicator::Link {
    MPI_Comm comm = MPI_COMM_NULL;  // null: serial
    bool owned = false;
    int rank = 0, size = 1;

    Link() = default;
    Link(MPI_Comm comm_, bool owned_);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] bool serial() const { return comm == MPI_COMM_NULL; }
};

}  // namespace kairos::parallel
