#include "kairos/parallel/batch_counter.hpp"

#include <mpi.h>

#include <algorithm>
#include <atomic>

#include "kairos/parallel/mpi_session.hpp"
#include "link.hpp"

namespace kairos::parallel {

struct BatchCounter::Dealer {
    virtual ~Dealer() = default;
    virtual std::uint64_t next() = 0;  // count or more: no more
    virtual void serve() {}
    virtual void halt(Halt reason) { reason_ = std::max(reason_, reason); }
    [[nodiscard]] virtual Halt halted() const { return reason_; }
    virtual void finish() {}
    std::uint64_t count = 0;

protected:
    Halt reason_ = Halt::none;

public:
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
        const MPI_Aint bytes = communicator_.is_root() ? 2 * sizeof(std::uint64_t) : 0;
        void* mine = nullptr;
        check(MPI_Win_allocate_shared(bytes, sizeof(std::uint64_t), MPI_INFO_NULL, comm, &mine, &window_),
              "MPI_Win_allocate_shared");
        MPI_Aint size = 0;
        int unit = 0;
        check(MPI_Win_shared_query(window_, 0, &size, &unit, &counter_), "MPI_Win_shared_query");
        if (communicator_.is_root()) {
            std::atomic_ref(counter_[0]).store(0);
            std::atomic_ref(counter_[1]).store(0);
        }
        communicator_.barrier();
    }
    std::uint64_t next() override { return std::atomic_ref(counter_[0]).fetch_add(1); }
    void halt(Halt reason) override {
        const std::atomic_ref shared(counter_[1]);
        auto known = shared.load();
        const auto wanted = static_cast<std::uint64_t>(reason);
        while (known < wanted && !shared.compare_exchange_weak(known, wanted)) {
        }
    }
    [[nodiscard]] Halt halted() const override {
        if (counter_ == nullptr) return reason_;
        return static_cast<Halt>(std::atomic_ref(counter_[1]).load());
    }
    void finish() override {
        communicator_.barrier();  // nobody halts any more
        reason_ = halted();
        counter_ = nullptr;
        check(MPI_Win_free(&window_), "MPI_Win_free");
    }

private:
    Communicator communicator_;
    MPI_Win window_ = MPI_WIN_NULL;
    std::uint64_t* counter_ = nullptr;  // the next number, and the reason to halt
};

// Rank 0 keeps the counter and answers; the others ask one number ahead. A rank that wants to halt tells rank 0, which tells all.
class MessageDealer : public BatchCounter::Dealer {
public:
    explicit MessageDealer(const Communicator& communicator)
        : root_(communicator.is_root()), size_(communicator.size()) {
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
        while (take_reason(false)) {
        }
    }
    void halt(Halt reason) override {
        if (reason <= reason_) return;
        reason_ = reason;
        if (root_) {
            for (int rank = 1; rank < size_; ++rank) tell(rank);
        } else {
            tell(0);
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
        take_reasons_on_their_way();
        check(MPI_Comm_free(&comm_), "MPI_Comm_free");
    }

private:
    static constexpr int question = 0, reply = 1, news = 2;

    void tell(int rank) {
        const auto value = static_cast<std::int64_t>(reason_);
        check(MPI_Send(&value, 1, MPI_INT64_T, rank, news, comm_), "MPI_Send");
        ++told_;
    }
    // Whether a reason to halt was taken in; rank 0 passes on what is new.
    bool take_reason(bool wait) {
        int waiting = 1;
        if (!wait) check(MPI_Iprobe(MPI_ANY_SOURCE, news, comm_, &waiting, MPI_STATUS_IGNORE), "MPI_Iprobe");
        if (!waiting) return false;
        std::int64_t value = 0;
        check(MPI_Recv(&value, 1, MPI_INT64_T, MPI_ANY_SOURCE, news, comm_, MPI_STATUS_IGNORE), "MPI_Recv");
        ++heard_;
        if (root_)
            halt(static_cast<Halt>(value));
        else
            reason_ = std::max(reason_, static_cast<Halt>(value));
        return true;
    }
    // Every message that was sent is received: first those to rank 0, then those it sent to each of the others.
    void take_reasons_on_their_way() {
        std::int64_t sent = root_ ? 0 : told_, all = 0;
        check(MPI_Allreduce(&sent, &all, 1, MPI_INT64_T, MPI_SUM, comm_), "MPI_Allreduce");
        while (root_ && heard_ < all) take_reason(true);
        std::int64_t each = root_ && size_ > 1 ? told_ / (size_ - 1) : 0;
        check(MPI_Bcast(&each, 1, MPI_INT64_T, 0, comm_), "MPI_Bcast");
        while (!root_ && heard_ < each) take_reason(true);
    }

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
    int size_;
    std::int64_t told_ = 0, heard_ = 0;  // messages with a reason to halt
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
    if (dealer_->halted() == Halt::none) {
        const std::uint64_t value = dealer_->next();
        if (value < dealer_->count) return BatchId{value};
    }
    dealer_->exhausted = true;
    return std::nullopt;
}

void BatchCounter::halt(Halt reason) {
    if (dealer_) dealer_->halt(reason);
}

Halt BatchCounter::halted() const { return dealer_ ? dealer_->halted() : reason_; }

void BatchCounter::serve() {
    if (dealer_) dealer_->serve();
}

void BatchCounter::finish() {
    if (!dealer_) return;
    dealer_->finish();
    reason_ = dealer_->halted();
    dealer_.reset();
}

}  // namespace kairos::parallel
