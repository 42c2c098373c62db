#include "kairos/parallel/transpose.hpp"

#include <algorithm>
#include <string>

#include "kairos/base/error.hpp"

namespace kairos::parallel {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

// Where this rank keeps each batch's row.
using Places = std::vector<std::size_t>;  // [batch] index into mine, or nowhere

std::string fault_of(const std::vector<BatchRow>& mine, std::uint64_t batches, std::size_t length) {
    for (const auto& [batch, row] : mine) {
        const std::string name = "transpose: batch " + std::to_string(number(batch));
        if (number(batch) >= batches) return name + " is beyond the last of " + std::to_string(batches) + ".";
        if (row.size() != length)
            return name + " has " + std::to_string(row.size()) + " values instead of " +
                   std::to_string(length) + ".";
    }
    return {};
}

// [batch] the rank that holds it; every batch is held exactly once.
std::vector<std::int64_t> owners_of(const Communicator& communicator, const std::vector<BatchRow>& mine,
                                    std::uint64_t batches) {
    std::vector<std::int64_t> holders(batches, 0), ranks(batches, 0);
    for (const auto& row : mine) {
        ++holders[number(row.first)];
        ranks[number(row.first)] = communicator.rank();
    }
    communicator.sum(std::span(holders));
    communicator.sum(std::span(ranks));  // one holder each: the sum is its rank
    for (std::uint64_t batch = 0; batch < batches; ++batch)
        if (holders[batch] != 1)
            throw Error(ExitCode::other, "transpose: batch " + std::to_string(batch) + " is there " +
                                             std::to_string(holders[batch]) + " times instead of once.");
    return ranks;
}

Places places_of(const std::vector<BatchRow>& mine, std::uint64_t batches) {
    Places places(batches, nowhere);
    for (std::size_t i = 0; i < mine.size(); ++i) places[number(mine[i].first)] = i;
    return places;
}

struct Span {
    std::uint64_t begin, end;  // batches of one round
};

// What goes to every rank in one round: its slice of my rows, in batch order.
std::vector<std::vector<double>> parts_to_send(const Communicator& communicator,
                                               const std::vector<BatchRow>& mine, const Places& places,
                                               Span round, std::size_t columns, std::size_t width) {
    std::vector<std::vector<double>> parts(static_cast<std::size_t>(communicator.size()));
    for (int rank = 0; rank < communicator.size(); ++rank) {
        const ColumnSlice slice = slice_of(rank, communicator.size(), columns);
        auto& part = parts[static_cast<std::size_t>(rank)];
        for (std::uint64_t batch = round.begin; batch < round.end; ++batch) {
            if (places[batch] == nowhere) continue;
            const double* row = mine[places[batch]].second.data();
            part.insert(part.end(), row + slice.begin * width, row + slice.end * width);
        }
    }
    return parts;
}

}  // namespace

ColumnSlice slice_of(int rank, int size, std::size_t columns) {
    const auto r = static_cast<std::size_t>(rank), ranks = static_cast<std::size_t>(size);
    const std::size_t each = columns / ranks, more = columns % ranks;
    const std::size_t begin = r * each + std::min(r, more);
    return {begin, begin + each + (r < more ? 1 : 0)};
}

std::vector<double> transpose(const Communicator& communicator, const std::vector<BatchRow>& mine,
                              std::uint64_t batches, std::size_t columns, std::size_t width,
                              std::size_t buffer) {
    const std::size_t length = columns * width;
    const std::string fault = communicator.first_text(fault_of(mine, batches, length));
    if (!fault.empty()) throw Error(ExitCode::other, fault);
    const auto owners = owners_of(communicator, mine, batches);
    const Places places = places_of(mine, batches);

    const std::size_t piece = slice_of(communicator.rank(), communicator.size(), columns).size() * width;
    // What a rank sends in a round is its own part of it: rounds grow with the ranks, or their number would.
    const std::size_t together = buffer * static_cast<std::size_t>(communicator.size());
    const std::uint64_t step = std::max<std::uint64_t>(1, together / std::max<std::size_t>(1, length));
    std::vector<double> result(batches * piece);
    for (std::uint64_t first = 0; first < batches; first += step) {
        const Span round{first, std::min(first + step, batches)};
        const auto parts =
            communicator.all_to_all(parts_to_send(communicator, mine, places, round, columns, width));
        std::vector<std::size_t> read(parts.size(), 0);
        for (std::uint64_t batch = round.begin; batch < round.end; ++batch) {
            const auto owner = static_cast<std::size_t>(owners[batch]);
            const double* from = parts[owner].data() + read[owner];
            std::copy(from, from + piece, result.data() + batch * piece);
            read[owner] += piece;
        }
    }
    return result;
}

}  // namespace kairos::parallel
