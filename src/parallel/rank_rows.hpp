// src/parallel/rank_rows.hpp: ranks in about as many rows as a row has members, so that a rank exchanges messages with about 2 sqrt(R) others
// instead of R - 1: a library of MPI keeps buffers for every rank it has talked to.
#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace kairos::parallel {

// The last row may be shorter.
class RankRows {
public:
    explicit RankRows(int ranks)
        : ranks_(ranks), width_(static_cast<int>(std::ceil(std::sqrt(static_cast<double>(ranks))))) {}
    [[nodiscard]] int count() const { return (ranks_ + width_ - 1) / width_; }
    [[nodiscard]] int of(int rank) const { return rank / width_; }
    [[nodiscard]] int first(int row) const { return row * width_; }
    [[nodiscard]] int size(int row) const { return std::min(width_, ranks_ - first(row)); }
    [[nodiscard]] std::vector<int> members(int row) const {
        std::vector<int> ranks(static_cast<std::size_t>(size(row)));
        std::iota(ranks.begin(), ranks.end(), first(row));
        return ranks;
    }
    // The member of a row that collects what the row has for a rank.
    [[nodiscard]] int collector(int row, int rank) const { return first(row) + rank % width_ % size(row); }

private:
    int ranks_, width_;
};

}  // namespace kairos::parallel
