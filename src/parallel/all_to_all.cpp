// From every rank to every rank, by way of collectors.
//
// In each row of ranks one of them collects what the row has for a rank, and passes it on. Contents travel twice.
#include <iterator>
#include <utility>

#include "kairos/base/error.hpp"
#include "kairos/parallel/communicator.hpp"
#include "letters.hpp"
#include "link.hpp"
#include "rank_rows.hpp"

namespace kairos::parallel {
namespace {

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
    if (size() == 1) return to;
    const RankRows rows(size());
    const int row = rows.of(rank()), first = rows.first(row);
    const std::vector<int> members = rows.members(row);
    std::vector<int> targets, collectors;
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
