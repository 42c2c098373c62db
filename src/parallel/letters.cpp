#include "letters.hpp"

#include <mpi.h>

#include "kairos/parallel/mpi_session.hpp"
#include "link.hpp"
#include "requests.hpp"

namespace kairos::parallel {

Parts exchanged(const Communicator::Link& link, std::vector<Letter> letters, const std::vector<int>& from,
                std::size_t piece) {
    constexpr int tag = 2;
    std::vector<MPI_Request> requests;
    std::vector<std::uint64_t> outgoing(letters.size()), incoming(from.size());
    for (std::size_t i = 0; i < from.size(); ++i)
        check(MPI_Irecv(&incoming[i], 1, MPI_UINT64_T, from[i], tag, link.comm,
                        &requests.emplace_back(MPI_REQUEST_NULL)),
              "MPI_Irecv");
    for (std::size_t i = 0; i < letters.size(); ++i) {
        outgoing[i] = letters[i].content.size();
        check(MPI_Isend(&outgoing[i], 1, MPI_UINT64_T, letters[i].to, tag, link.comm,
                        &requests.emplace_back(MPI_REQUEST_NULL)),
              "MPI_Isend");
    }
    check(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE),
          "MPI_Waitall");
    Parts received(from.size());
    Requests contents(link.comm, piece);
    for (std::size_t i = 0; i < from.size(); ++i) {
        received[i].resize(incoming[i]);
        contents.receive(received[i], from[i]);
    }
    for (const Letter& letter : letters) contents.send(letter.content, letter.to);
    contents.wait();
    return received;
}

}  // namespace kairos::parallel
