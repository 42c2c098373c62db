#include "kairos/parallel/batch_counter.hpp"

#include <mpi.h>

#include <atomic>

#include "kairos/parallel/mpi_session.hpp"
#include "link.hpp"

namespace kairos::parallel {

struct BatchCounter::Dealer {
    virtual ~Dealer() = default;
    virtual std::uint64_t next() = 0;  // count or more: no more
    virtual void serve() {}
    virtual void finish() {}
    std::uint64_t count = 0;
    bool exhausted = false;
};

namespace {

struct LocalDealer : BatchCounter::Dealer {
    std::uint64_t next() override { return dealt++; }
    std::uint64_t dealt = 0;
};

// The counter lies in memory that all ranks of the node see.
class SharedDealer : public BatchCounter::Dealer {
public:
    explicit SharedDealer(const Communicator& communicator) : communicator_(communicator) {
        const MPI_Comm comm = communicator_.link().comm;
        const MPI_Aint bytes = communicator_.is_root() ? sizeof(std::uint64_t) : 0;
        void* mine = nullptr;
        check(MPI_Win_allocate_shared(bytes, sizeof(std::uint64_t), MPI_INFO_NULL, comm, &mine, &window_),
              "MPI_Win_allocate_shared");
        MPI_Aint size = 0;
        int unit = 0;
        check(MPI_Win_shared_query(window_, 0, &size, &unit, &counter_), "MPI_Win_shared_query");
        if (communicator_.is_root()) std::atomic_ref(*counter_).store(0);
        communicator_.barrier();
    }
    std::uint64_t next() override { return std::atomic_ref(*counter_).fetch_add(1); }
    void finish() override { check(MPI_Win_free(&window_), "MPI_Win_free"); }  // waits for all

private:
    Communicator communicator_;
    MPI_Win window_ = MPI_WIN_NULL;
    std::uint64_t* counter_ = nullptr;
};

// Rank 0 keeps the counter and answers; the others ask one number ahead.
class MessageDealer : public BatchCounter::Dealer {
public:
    explicit MessageDealer(const Communicator& communicator) : root_(communicator.is_root()) {
        check(MPI_Comm_dup(communicator.link().comm, &comm_), "MPI_Comm_dup");
    }
    std::uint64_t next() override {
        if (root_) {
            serve();
            return dealt_++;
        }
        if (pending_ == MPI_REQUEST_NULL) ask();
        check(MPI_Wait(&pending_, MPI_STATUS_IGNORE), "MPI_Wait");
        const std::uint64_t present = answer_;
        if (present < count) ask();
        return present;
    }
    void serve() override {
        while (root_ && answer_one()) {
        }
    }
    // An answer that is still on its way is taken in; nobody works on it.
    void finish() override {
        check(MPI_Wait(&pending_, MPI_STATUS_IGNORE), "MPI_Wait");
        MPI_Request all_here = MPI_REQUEST_NULL;
        check(MPI_Ibarrier(comm_, &all_here), "MPI_Ibarrier");
        for (int done = 0; !done;) {
            serve();
            check(MPI_Test(&all_here, &done, MPI_STATUS_IGNORE), "MPI_Test");
        }
        check(MPI_Comm_free(&comm_), "MPI_Comm_free");
    }

private:
    static constexpr int question = 0, reply = 1;

    void ask() {
        check(MPI_Irecv(&answer_, 1, MPI_UINT64_T, 0, reply, comm_, &pending_), "MPI_Irecv");
        check(MPI_Send(nullptr, 0, MPI_BYTE, 0, question, comm_), "MPI_Send");
    }
    bool answer_one() {
        int waiting = 0;
        MPI_Status status;
        check(MPI_Iprobe(MPI_ANY_SOURCE, question, comm_, &waiting, &status), "MPI_Iprobe");
        if (!waiting) return false;
        check(MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, question, comm_, MPI_STATUS_IGNORE),
              "MPI_Recv");
        const std::uint64_t value = dealt_++;
        check(MPI_Send(&value, 1, MPI_UINT64_T, status.MPI_SOURCE, reply, comm_), "MPI_Send");
        return true;
    }

    bool root_;
    MPI_Comm comm_ = MPI_COMM_NULL;
    MPI_Request pending_ = MPI_REQUEST_NULL;
    std::uint64_t answer_ = 0, dealt_ = 0;
};

std::unique_ptr<BatchCounter::Dealer> make_dealer(const Communicator& communicator, Dealing dealing) {
    if (communicator.size() == 1) return std::make_unique<LocalDealer>();
    if (dealing == Dealing::automatic && communicator.one_node())
        return std::make_unique<SharedDealer>(communicator);
    return std::make_unique<MessageDealer>(communicator);
}

}  // namespace

BatchCounter::BatchCounter(const Communicator& communicator, std::uint64_t count, Dealing dealing)
    : dealer_(make_dealer(communicator, dealing)) {
    dealer_->count = count;
}

BatchCounter::~BatchCounter() = default;

std::optional<BatchId> BatchCounter::next() {
    if (!dealer_ || dealer_->exhausted) return std::nullopt;
    const std::uint64_t value = dealer_->next();
    if (value < dealer_->count) return BatchId{value};
    dealer_->exhausted = true;
    return std::nullopt;
}

void BatchCounter::serve() {
    if (dealer_) dealer_->serve();
}

void BatchCounter::finish() {
    if (dealer_) dealer_->finish();
    dealer_.reset();
}

}  // namespace kairos::parallel
