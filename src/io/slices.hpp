// src/io/slices.hpp: an array in slices, one a rank.
//
// The first `leading` axes (0 or 1) are whole on every rank; the others, flattened in row-major order, are cut into the ranks' ranges.
#pragma once
#include <span>
#include <vector>

#include "kairos/io/hdf5_handle.hpp"
#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/transpose.hpp"
#include "selection.hpp"

namespace kairos::io {

struct Slice {
    Shape shape;  // of the whole array
    std::size_t leading;
    parallel::ColumnSlice range;
    std::span<const double> values;  // [leading][range]

    [[nodiscard]] hsize_t rows() const { return leading == 1 ? shape[0] : 1; }
    [[nodiscard]] hsize_t columns() const;
    [[nodiscard]] Part part() const;
};

// Refuses a slice that does not have its values, and ranges that together are not `covered` columns as there should be.
void require_slice(const Slice& slice, std::uint64_t covered, const Place& place);

// On the root every rank's range and values, one after the other; elsewhere nothing. Collective.
[[nodiscard]] std::vector<double> gathered(const parallel::Communicator& communicator, const Slice& slice);
// The whole array from what was gathered. Refuses like require_slice.
[[nodiscard]] std::vector<double> joined(std::span<const double> gathered, const Slice& slice,
                                         const Place& place);

}  // namespace kairos::io
