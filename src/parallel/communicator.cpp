#include "kairos/parallel/communicator.hpp"

#include <algorithm>
#include <limits>

#include "kairos/parallel/mpi_session.hpp"
#include "kairos/parallel/native.hpp"
#include "link.hpp"

namespace kairos::parallel {
namespace {

template <Reducible T>
MPI_Datatype type_of() {
    if constexpr (std::same_as<T, double>) return MPI_DOUBLE;
    if constexpr (std::same_as<T, std::int64_t>) return MPI_INT64_T;
    return MPI_UINT64_T;
}

template <Reducible T>
void reduce(const Communicator::Link& link, std::span<T> values, MPI_Op operation) {
    if (link.serial()) return;
    for (std::size_t done = 0; done < values.size(); done += largest_piece) {
        const auto count = static_cast<int>(std::min(largest_piece, values.size() - done));
        check(MPI_Allreduce(MPI_IN_PLACE, values.data() + done, count, type_of<T>(), operation, link.comm),
              "MPI_Allreduce");
    }
}

}  // namespace

Communicator::Link::Link(MPI_Comm comm_, bool owned_) : comm(comm_), owned(owned_) {
    check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
    check(MPI_Comm_size(comm, &size), "MPI_Comm_size");
}

Communicator::Link::~Link() {
    int finalized = 0;
    if (owned && MPI_Finalized(&finalized) == MPI_SUCCESS && !finalized) MPI_Comm_free(&comm);
}

Communicator Communicator::world() {
    return Communicator(std::make_shared<const Link>(MPI_COMM_WORLD, false));
}

Communicator Communicator::serial() { return Communicator(std::make_shared<const Link>()); }

int Communicator::rank() const { return link_->rank; }

int Communicator::size() const { return link_->size; }

Communicator Communicator::node() const {
    if (link_->serial()) return *this;
    MPI_Comm comm = MPI_COMM_NULL;
    check(MPI_Comm_split_type(link_->comm, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &comm),
          "MPI_Comm_split_type");
    return Communicator(std::make_shared<const Link>(comm, true));
}

// If one rank shares memory with all, every rank does.
bool Communicator::one_node() const { return node().size() == size(); }

Communicator Communicator::split(int group) const {
    if (link_->serial()) return *this;
    MPI_Comm comm = MPI_COMM_NULL;
    check(MPI_Comm_split(link_->comm, group, rank(), &comm), "MPI_Comm_split");
    return Communicator(std::make_shared<const Link>(comm, true));
}

void Communicator::barrier() const {
    if (!link_->serial()) check(MPI_Barrier(link_->comm), "MPI_Barrier");
}

void Communicator::broadcast_bytes(std::span<std::byte> bytes, int root) const {
    if (link_->serial()) return;
    for (std::size_t done = 0; done < bytes.size(); done += largest_piece) {
        const auto count = static_cast<int>(std::min(largest_piece, bytes.size() - done));
        check(MPI_Bcast(bytes.data() + done, count, MPI_BYTE, root, link_->comm), "MPI_Bcast");
    }
}

void Communicator::broadcast(std::string& text, int root) const {
    std::uint64_t length = text.size();
    broadcast_value(length, root);
    text.resize(length);
    broadcast(std::span<char>(text), root);
}

template <Reducible T>
void Communicator::sum(std::span<T> values) const {
    reduce(*link_, values, MPI_SUM);
}

template <Reducible T>
void Communicator::max(std::span<T> values) const {
    reduce(*link_, values, MPI_MAX);
}

template <Reducible T>
void Communicator::min(std::span<T> values) const {
    reduce(*link_, values, MPI_MIN);
}

template void Communicator::sum(std::span<double>) const;
template void Communicator::sum(std::span<std::int64_t>) const;
template void Communicator::sum(std::span<std::uint64_t>) const;
template void Communicator::max(std::span<double>) const;
template void Communicator::max(std::span<std::int64_t>) const;
template void Communicator::max(std::span<std::uint64_t>) const;
template void Communicator::min(std::span<double>) const;
template void Communicator::min(std::span<std::int64_t>) const;
template void Communicator::min(std::span<std::uint64_t>) const;

std::string Communicator::first_text(const std::string& mine) const {
    const auto none = std::numeric_limits<std::int64_t>::max();
    const std::int64_t speaker = min(mine.empty() ? none : std::int64_t{rank()});
    if (speaker == none) return {};
    std::string text = mine;
    broadcast(text, static_cast<int>(speaker));
    return text;
}

MPI_Comm native(const Communicator& communicator) {
    return communicator.link().serial() ? MPI_COMM_SELF : communicator.link().comm;
}

}  // namespace kairos::parallel
