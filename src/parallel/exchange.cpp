// Vectors of any lengths joined in rank order.
#include <mpi.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/mpi_session.hpp"
#include "link.hpp"
#include "requests.hpp"

namespace kairos::parallel {
namespace {

using Counts = std::vector<std::uint64_t>;

Counts counts_of_all(const Communicator::Link& link, std::uint64_t mine) {
    Counts counts(static_cast<std::size_t>(link.size));
    check(MPI_Allgather(&mine, 1, MPI_UINT64_T, counts.data(), 1, MPI_UINT64_T, link.comm), "MPI_Allgather");
    return counts;
}

// Offsets as MPI wants them, for totals that fit an int.
struct Layout {
    std::vector<int> counts, offsets;
};

Layout layout_of(const Counts& counts) {
    Layout layout{{counts.begin(), counts.end()}, std::vector<int>(counts.size())};
    std::exclusive_scan(layout.counts.begin(), layout.counts.end(), layout.offsets.begin(), 0);
    return layout;
}

std::uint64_t longest_of(const Counts& counts) { return *std::max_element(counts.begin(), counts.end()); }

// Parts of about one length are filled up to the longest: those of given lengths Open MPI gathers straight on one rank, which then keeps
// buffers for every other; parts of one length pass through a few neighbours.
bool about_even(const Counts& counts, std::uint64_t total, std::size_t piece) {
    return total <= piece && longest_of(counts) * counts.size() <= 2 * total;
}

// gather(part, all, length) calls MPI; all is null where nothing arrives.
template <class Gather>
std::vector<double> joined_evenly(std::span<const double> mine, const Counts& counts, bool here,
                                  Gather gather) {
    const std::uint64_t longest = longest_of(counts);
    std::vector<double> part(mine.begin(), mine.end()), all(here ? longest * counts.size() : 0);
    part.resize(longest);
    gather(part.data(), all.data(), static_cast<int>(longest));
    if (!here) return all;
    std::size_t end = 0;
    for (std::size_t rank = 0; rank < counts.size(); ++rank) {
        if (counts[rank] > 0)
            std::memmove(all.data() + end, all.data() + rank * longest, counts[rank] * sizeof(double));
        end += counts[rank];
    }
    all.resize(end);
    return all;
}

}  // namespace

std::vector<double> Communicator::all_gather(std::span<const double> mine, std::size_t piece) const {
    if (link_->serial()) return {mine.begin(), mine.end()};
    const Counts counts = counts_of_all(*link_, mine.size());
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    if (about_even(counts, total, piece))
        return joined_evenly(mine, counts, true, [this](const double* part, double* all, int length) {
            check(MPI_Allgather(part, length, MPI_DOUBLE, all, length, MPI_DOUBLE, link_->comm),
                  "MPI_Allgather");
        });
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
    if (about_even(counts, total, piece))
        return joined_evenly(mine, counts, is_root(), [this](const double* part, double* all, int length) {
            check(MPI_Gather(part, length, MPI_DOUBLE, all, length, MPI_DOUBLE, 0, link_->comm),
                  "MPI_Gather");
        });
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

}  // namespace kairos::parallel
