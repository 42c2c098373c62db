// The transfers of a Communicator whose lengths differ between ranks.
#include <mpi.h>

#include <algorithm>
#include <numeric>

#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/mpi_session.hpp"
#include "link.hpp"

namespace kairos::parallel {
namespace {

using Counts = std::vector<std::uint64_t>;

Counts counts_of_all(const Communicator::Link& link, std::uint64_t mine) {
    Counts counts(static_cast<std::size_t>(link.size));
    check(MPI_Allgather(&mine, 1, MPI_UINT64_T, counts.data(), 1, MPI_UINT64_T, link.comm), "MPI_Allgather");
    return counts;
}

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

// Offsets as MPI wants them, for totals that fit an int.
struct Layout {
    std::vector<int> counts, offsets;
};

Layout layout_of(const Counts& counts) {
    Layout layout;
    for (const auto count : counts) {
        layout.offsets.push_back(std::accumulate(layout.counts.begin(), layout.counts.end(), 0));
        layout.counts.push_back(static_cast<int>(count));
    }
    return layout;
}

}  // namespace

std::vector<double> Communicator::all_gather(std::span<const double> mine, std::size_t piece) const {
    if (link_->serial()) return {mine.begin(), mine.end()};
    const Counts counts = counts_of_all(*link_, mine.size());
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    std::vector<double> all(total);
    if (total <= piece) {
        const Layout layout = layout_of(counts);
        check(MPI_Allgatherv(mine.data(), static_cast<int>(mine.size()), MPI_DOUBLE, all.data(),
                             layout.counts.data(), layout.offsets.data(), MPI_DOUBLE, link_->comm),
              "MPI_Allgatherv");
        return all;
    }
    std::size_t at = 0;
    for (int root = 0; root < size(); ++root) {
        const std::span<double> part(all.data() + at, counts[static_cast<std::size_t>(root)]);
        if (root == rank()) std::copy(mine.begin(), mine.end(), part.begin());
        for (std::size_t done = 0; done < part.size(); done += piece)
            broadcast(part.subspan(done, std::min(piece, part.size() - done)), root);
        at += part.size();
    }
    return all;
}

std::vector<double> Communicator::gather(std::span<const double> mine, std::size_t piece) const {
    if (link_->serial()) return {mine.begin(), mine.end()};
    const Counts counts = counts_of_all(*link_, mine.size());
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    std::vector<double> all(is_root() ? total : 0);
    if (total <= piece) {
        const Layout layout = layout_of(counts);
        check(MPI_Gatherv(mine.data(), static_cast<int>(mine.size()), MPI_DOUBLE, all.data(),
                          layout.counts.data(), layout.offsets.data(), MPI_DOUBLE, 0, link_->comm),
              "MPI_Gatherv");
        return all;
    }
    Requests requests(link_->comm, piece);
    std::size_t at = 0;
    for (int from = 0; is_root() && from < size(); ++from) {
        const std::span<double> part(all.data() + at, counts[static_cast<std::size_t>(from)]);
        if (from == 0)
            std::copy(mine.begin(), mine.end(), part.begin());
        else
            requests.receive(part, from);
        at += part.size();
    }
    if (!is_root()) requests.send(mine, 0);
    requests.wait();
    return all;
}

// Short ones: letters travel as doubles.
std::vector<std::string> Communicator::gather_texts(const std::string& mine) const {
    const std::vector<double> lengths = gather(std::vector{static_cast<double>(mine.size())});
    const std::vector<double> letters = gather(std::vector<double>(mine.begin(), mine.end()));
    std::vector<std::string> texts;
    auto next = letters.begin();
    for (const double length : lengths) {
        const auto end = next + static_cast<std::ptrdiff_t>(length);
        std::string& text = texts.emplace_back();
        for (; next != end; ++next) text += static_cast<char>(*next);
    }
    return texts;
}

// Pair by pair: at step s rank r sends to r + s and receives from r - s, so that memory and traffic stay
// even.
std::vector<std::vector<double>> Communicator::all_to_all(std::vector<std::vector<double>> to,
                                                          std::size_t piece) const {
    const auto ranks = static_cast<std::size_t>(size());
    if (to.size() != ranks)
        throw Error(ExitCode::other, "all_to_all: " + std::to_string(to.size()) + " parts for " +
                                         std::to_string(ranks) + " ranks.");
    if (link_->serial()) return to;
    Counts outgoing, incoming(ranks);
    for (const auto& part : to) outgoing.push_back(part.size());
    check(MPI_Alltoall(outgoing.data(), 1, MPI_UINT64_T, incoming.data(), 1, MPI_UINT64_T, link_->comm),
          "MPI_Alltoall");
    const auto me = static_cast<std::size_t>(rank());
    std::vector<std::vector<double>> from(ranks);
    from[me] = std::move(to[me]);
    for (std::size_t step = 1; step < ranks; ++step) {
        const std::size_t target = (me + step) % ranks, source = (me + ranks - step) % ranks;
        from[source].resize(incoming[source]);
        Requests requests(link_->comm, piece);
        requests.receive(from[source], static_cast<int>(source));
        requests.send(to[target], static_cast<int>(target));
        requests.wait();
        to[target] = {};
    }
    return from;
}

}  // namespace kairos::parallel
