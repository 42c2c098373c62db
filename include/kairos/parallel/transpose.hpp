// include/kairos/parallel/transpose.hpp: from "each rank has all columns of some batches" to "each rank has
// some columns of all batches".
//
//   in    mine: (b, row) for the batches this rank computed, in any order; row holds columns x width doubles
//   out   [batch][column in slice][width], every batch in ascending order, for this rank's slice of the
//   columns
//
// Whatever rank computed a batch, its values arrive at the same place: a fold over the result in batch order gives the same bits on any
// number of ranks (docs/architecture.md). Memory: the result, O(batches x columns / ranks), and twice what this rank sends in a round:
// about `buffer` doubles where batches are spread evenly, never more than its rows. Errors, agreed by all ranks: Error(ExitCode::other)
// naming the batch that is missing, doubled, unknown or of a wrong length.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "kairos/base/ids.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::parallel {

struct ColumnSlice {
    std::size_t begin = 0, end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
    bool operator==(const ColumnSlice&) const = default;
};

// Contiguous slices in rank order that cover all columns; sizes differ by at most one.
[[nodiscard]] ColumnSlice slice_of(int rank, int size, std::size_t columns);

using BatchRow = std::pair<BatchId, std::vector<double>>;

[[nodiscard]] std::vector<double> transpose(const Communicator& communicator,
                                            const std::vector<BatchRow>& mine, std::uint64_t batches,
                                            std::size_t columns, std::size_t width,
                                            std::size_t buffer = std::size_t{1} << 23);

}  // namespace kairos::parallel
