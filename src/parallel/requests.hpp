// src/parallel/requests.hpp: messages of any length on their way, many at once.
#pragma once
#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "kairos/parallel/mpi_session.hpp"

namespace kairos::parallel {

// One buffer that goes piece by piece, many requests at once. Pieces of one pair of ranks arrive in the order
// they were sent.
class Requests {
public:
    Requests(MPI_Comm comm, std::size_t piece) : comm_(comm), piece_(piece) {}

    void send(std::span<const double> values, int to) {
        each_piece(values.size(), [&](std::size_t at, int count, MPI_Request* request) {
            check(MPI_Isend(values.data() + at, count, MPI_DOUBLE, to, tag, comm_, request), "MPI_Isend");
        });
    }
    void receive(std::span<double> values, int from) {
        each_piece(values.size(), [&](std::size_t at, int count, MPI_Request* request) {
            check(MPI_Irecv(values.data() + at, count, MPI_DOUBLE, from, tag, comm_, request), "MPI_Irecv");
        });
    }
    void wait() {
        check(MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE),
              "MPI_Waitall");
        requests_.clear();
    }

private:
    static constexpr int tag = 1;

    template <class Start>
    void each_piece(std::size_t size, Start start) {
        for (std::size_t at = 0; at < size; at += piece_) {
            requests_.push_back(MPI_REQUEST_NULL);
            start(at, static_cast<int>(std::min(piece_, size - at)), &requests_.back());
        }
    }

    MPI_Comm comm_;
    std::size_t piece_;
    std::vector<MPI_Request> requests_;
};

}  // namespace kairos::parallel
