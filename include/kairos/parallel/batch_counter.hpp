// include/kairos/parallel/batch_counter.hpp: deals the numbers 0 .. count - 1 to whoever asks next, each
// once, ascending.
//
//   while (const auto batch = counter.next()) run(*batch);   // between integration steps: counter.serve()
//   counter.finish();
//
// Any rank may halt the dealing: from then on next() gives nothing, to any rank, and halted() says so where the news has
// arrived (after finish() on every rank).
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

// Why dealing ends before its time, the stronger reason the larger.
enum class Halt : std::int64_t {
    none = 0,
    pause = 1,    // to come together; dealing begins anew afterwards
    end = 2,      // the run ends when the batches in work are done
    abandon = 3,  // and does not wait for them
};

enum class Dealing { automatic, messages };  // messages: even on one node (tests)

class BatchCounter {
public:
    BatchCounter(const Communicator& communicator, std::uint64_t count, Dealing dealing = Dealing::automatic);
    ~BatchCounter();
    BatchCounter(const BatchCounter&) = delete;
    BatchCounter& operator=(const BatchCounter&) = delete;

    [[nodiscard]] std::optional<BatchId> next();
    void serve();  // cheap; where messages deal, takes in those that have come
    void halt(Halt reason);
    [[nodiscard]] Halt halted() const;
    void finish();  // afterwards next() gives nothing; rank 0 answers until every rank is here

    struct Dealer;  // one way of dealing; in the .cpp

private:
    std::unique_ptr<Dealer> dealer_;
    Halt reason_ = Halt::none;  // known when finished
};

}  // namespace kairos::parallel
