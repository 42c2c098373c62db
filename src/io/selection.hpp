// src/io/selection.hpp: part of an array as a union of boxes.
#pragma once
#include <hdf5.h>

#include <cstddef>
#include <vector>

namespace kairos::io {

using Shape = std::vector<hsize_t>;

struct Box {
    Shape start, count;
};

// Rows [first_row, last_row) of the first axis if leading = 1 (all of nothing if 0), crossed with the range
// [begin, end) of the other axes flattened in row-major order. The boxes are disjoint, and a walk through
// their union in row-major order meets rows in turn and the range in ascending order within each.
struct Part {
    std::size_t leading = 0;
    hsize_t first_row = 0, last_row = 1;
    hsize_t begin = 0, end = 0;
    [[nodiscard]] hsize_t size() const { return (last_row - first_row) * (end - begin); }
};

[[nodiscard]] std::vector<Box> boxes_of(const Shape& shape, const Part& part);

// At most `limit` elements each (one at least), together the part, each contiguous in the part's own values.
[[nodiscard]] std::vector<Part> pieces_of(const Part& part, hsize_t limit);

}  // namespace kairos::io
