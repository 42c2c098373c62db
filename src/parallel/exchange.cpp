// Vectors of any lengths joined in rank order.
#include <mpi.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/mpi_session.hpp"
#include "letters.hpp"
#include "link.hpp"
#include "rank_rows.hpp"

namespace kairos::parallel {
namespace {

using Counts = std::vector<std::uint64_t>;

Counts counts_of_all(const Communicator::Link& link, std::uint64_t mine) {
    Counts counts(static_cast<std::size_t>(link.size));
    check(MPI_Allgather(&mine, 1, MPI_UINT64_T, counts.data(), 1, MPI_UINT64_T, link.comm), "MPI_Allgather");
    return counts;
}

std::uint64_t longest_of(const Counts& counts) { return *std::max_element(counts.begin(), counts.end()); }

// Parts of about one length are filled up to the longest: MPI joins parts of one length in a few steps.
bool about_even(const Counts& counts, std::uint64_t total, std::size_t piece) {
    return total <= piece && longest_of(counts) * counts.size() <= 2 * total;
}

std::vector<double> joined_evenly(const Communicator::Link& link, std::span<const double> mine,
                                  const Counts& counts) {
    const std::uint64_t longest = longest_of(counts);
    std::vector<double> part(mine.begin(), mine.end()), all(longest * counts.size());
    part.resize(longest);
    const int length = static_cast<int>(longest);
    check(MPI_Allgather(part.data(), length, MPI_DOUBLE, all.data(), length, MPI_DOUBLE, link.comm),
          "MPI_Allgather");
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

// By way of the first member of each row: so few ranks write to the root.
std::vector<double> Communicator::gather(std::span<const double> mine, std::size_t piece) const {
    if (size() == 1) return {mine.begin(), mine.end()};
    const RankRows rows(size());
    const int row = rows.of(rank()), first = rows.first(row);
    const bool leads = rank() == first;
    const auto joined = [](Parts parts) {
        std::vector<double> all;
        for (auto& part : parts) {
            all.insert(all.end(), part.begin(), part.end());
            part = {};
        }
        return all;
    };
    std::vector<double> all = joined(exchanged(*link_, {{first, {mine.begin(), mine.end()}}},
                                               leads ? rows.members(row) : std::vector<int>{}, piece));
    if (!leads) return {};
    std::vector<int> leaders;
    for (int one = 0; is_root() && one < rows.count(); ++one) leaders.push_back(rows.first(one));
    return joined(exchanged(*link_, {{0, std::move(all)}}, leaders, piece));
}

// Uneven ones meet on the root first: MPI's own ways for them have all ranks write to one, and every pair that writes to each other
// shares pages of memory where it shares a node.
std::vector<double> Communicator::all_gather(std::span<const double> mine, std::size_t piece) const {
    if (size() == 1) return {mine.begin(), mine.end()};
    const Counts counts = counts_of_all(*link_, mine.size());
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    if (about_even(counts, total, piece)) return joined_evenly(*link_, mine, counts);
    std::vector<double> all = gather(mine, piece);
    all.resize(total);
    for (std::size_t done = 0; done < all.size(); done += piece)
        broadcast(std::span(all).subspan(done, std::min(piece, all.size() - done)));
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
