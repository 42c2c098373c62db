// From every rank to every rank, by way of collectors.
//
// Ranks stand in rows. In each row one of them collects what the row has for a rank, and passes it on: a rank exchanges messages with
// about 2 sqrt(R) others instead of R - 1, because a library of MPI keeps buffers for every rank it has talked to. Contents travel twice.
#include <mpi.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "kairos/base/error.hpp"
#include "kairos/parallel/communicator.hpp"
#include "link.hpp"
#include "requests.hpp"

namespace kairos::parallel {
namespace {

using Parts = std::vector<std::vector<double>>;

struct Letter {
    int to;
    std::vector<double> content;
};

// Parts in one piece, their lengths in front.
std::vector<double> packed(Parts parts) {
    std::vector<double> all;
    std::size_t length = parts.size();
    for (const auto& part : parts) length += part.size();
    all.reserve(length);
    for (const auto& part : parts) all.push_back(static_cast<double>(part.size()));
    for (auto& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
        part = {};
    }
    return all;
}

Parts unpacked(const std::vector<double>& all, std::size_t count) {
    Parts parts;
    auto next = all.begin() + static_cast<std::ptrdiff_t>(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto end = next + static_cast<std::ptrdiff_t>(all[i]);
        parts.emplace_back(next, end);
        next = end;
    }
    return parts;
}

// What each of these ranks has written to this one; all are on their way at once, first their lengths.
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

// Ranks in rows of about as many as there are rows; the last may be shorter.
class RankRows {
public:
    explicit RankRows(int ranks)
        : ranks_(ranks), width_(static_cast<int>(std::ceil(std::sqrt(static_cast<double>(ranks))))) {}
    [[nodiscard]] int count() const { return (ranks_ + width_ - 1) / width_; }
    [[nodiscard]] int of(int rank) const { return rank / width_; }
    [[nodiscard]] int first(int row) const { return row * width_; }
    [[nodiscard]] int size(int row) const { return std::min(width_, ranks_ - first(row)); }
    // The member of a row that collects what the row has for a rank.
    [[nodiscard]] int collector(int row, int rank) const { return first(row) + rank % width_ % size(row); }

private:
    int ranks_, width_;
};

// Every member of this rank's row has brought what goes to the targets, one letter for all of them.
std::vector<Letter> sorted_by_target(Parts brought, const std::vector<int>& targets) {
    std::vector<Parts> parts(targets.size());
    for (auto& one : brought) {
        Parts each = unpacked(one, targets.size());
        one = {};
        for (std::size_t k = 0; k < targets.size(); ++k) parts[k].push_back(std::move(each[k]));
    }
    std::vector<Letter> letters;
    for (std::size_t k = 0; k < targets.size(); ++k)
        letters.push_back({targets[k], packed(std::move(parts[k]))});
    return letters;
}

}  // namespace

std::vector<std::vector<double>> Communicator::all_to_all(std::vector<std::vector<double>> to,
                                                          std::size_t piece) const {
    if (to.size() != static_cast<std::size_t>(size()))
        throw Error(ExitCode::other, "all_to_all: " + std::to_string(to.size()) + " parts for " +
                                         std::to_string(size()) + " ranks.");
    if (link_->serial()) return to;
    const RankRows rows(size());
    const int row = rows.of(rank()), first = rows.first(row);
    std::vector<int> members(static_cast<std::size_t>(rows.size(row))), targets, collectors;
    std::iota(members.begin(), members.end(), first);
    std::vector<Parts> collected(members.size());
    for (int target = 0; target < size(); ++target) {
        const int collector = rows.collector(row, target);
        collected[static_cast<std::size_t>(collector - first)].push_back(
            std::move(to[static_cast<std::size_t>(target)]));
        if (collector == rank()) targets.push_back(target);
    }
    to = {};
    std::vector<Letter> letters;
    for (std::size_t k = 0; k < members.size(); ++k)
        letters.push_back({members[k], packed(std::move(collected[k]))});
    letters = sorted_by_target(exchanged(*link_, std::move(letters), members, piece), targets);
    for (int other = 0; other < rows.count(); ++other) collectors.push_back(rows.collector(other, rank()));
    Parts arrived = exchanged(*link_, std::move(letters), collectors, piece);
    Parts from;
    for (std::size_t other = 0; other < arrived.size(); ++other) {
        Parts each = unpacked(arrived[other], static_cast<std::size_t>(rows.size(static_cast<int>(other))));
        arrived[other] = {};
        std::move(each.begin(), each.end(), std::back_inserter(from));
    }
    return from;
}

}  // namespace kairos::parallel
