// include/kairos/parallel/batch_counter.hpp: deals the numbers 0 .. count - 1 to whoever asks next, each
// once, ascending.
//
//   while (const auto batch = counter.next()) run(*batch);   // between integration steps: counter.serve()
//   counter.finish();
//
// On one node the counter lies in a shared window and costs an atomic increment. Across nodes it is kept by
// rank 0, which answers messages in serve(), next() and finish(); the other ranks ask for their next number
// before they work on the present one, so that an answer has a whole batch of time to arrive. One-sided MPI
// counters stall or fail across nodes: docs/architecture.md. A number that was dealt need not be worked on (a
// run that stops): what counts is the set of finished batches, never the counter. Collective: the constructor
// and finish(). Without finish() the destructor leaves MPI's objects alone: freeing them is collective, and a
// rank that ends by an exception ends the job. Errors: Error(ExitCode::other) naming the MPI call.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "kairos/base/ids.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::parallel {

enum class Dealing { automatic, messages };  // messages: even on one node (tests)

class BatchCounter {
public:
    BatchCounter(const Communicator& communicator, std::uint64_t count, Dealing dealing = Dealing::automatic);
    ~BatchCounter();
    BatchCounter(const BatchCounter&) = delete;
    BatchCounter& operator=(const BatchCounter&) = delete;

    [[nodiscard]] std::optional<BatchId> next();
    void serve();   // cheap; does nothing but on rank 0 of a counter that deals by messages
    void finish();  // afterwards next() gives nothing; rank 0 answers until every rank is here

    struct Dealer;  // one way of dealing; in the .cpp

private:
    std::unique_ptr<Dealer> dealer_;
};

}  // namespace kairos::parallel
