#include "selection.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace kairos::io {
namespace {

class Boxes {
public:
    Boxes(const Shape& shape, const Part& part)
        : shape_(shape), start_(shape.size(), 0), count_(shape.size(), 1) {
        if (part.leading == 1) {
            start_[0] = part.first_row;
            count_[0] = part.last_row - part.first_row;
        }
    }

    // The range [begin, end) of the axes from `axis` on; those before are fixed.
    void add(std::size_t axis, hsize_t begin, hsize_t end) {
        if (begin == end) return;
        if (axis == shape_.size()) return boxes.push_back({start_, count_});  // no axis left: one element
        const auto after = shape_.begin() + static_cast<std::ptrdiff_t>(axis) + 1;
        const hsize_t inner = std::accumulate(after, shape_.end(), hsize_t{1}, std::multiplies<>());
        hsize_t first = begin / inner;
        const hsize_t last = end / inner;
        if (first == last) return add_within(axis, first, begin % inner, end % inner);
        if (begin % inner != 0) add_within(axis, first++, begin % inner, inner);
        if (first < last) add_whole(axis, first, last);
        add_within(axis, last, 0, end % inner);
    }

    std::vector<Box> boxes;

private:
    void add_within(std::size_t axis, hsize_t index, hsize_t begin, hsize_t end) {
        start_[axis] = index;
        count_[axis] = 1;
        add(axis + 1, begin, end);
    }
    void add_whole(std::size_t axis, hsize_t first, hsize_t last) {
        Box box{start_, count_};
        box.start[axis] = first;
        box.count[axis] = last - first;
        for (std::size_t inner = axis + 1; inner < shape_.size(); ++inner) {
            box.start[inner] = 0;
            box.count[inner] = shape_[inner];
        }
        boxes.push_back(std::move(box));
    }

    const Shape& shape_;
    Shape start_, count_;
};

}  // namespace

std::vector<Box> boxes_of(const Shape& shape, const Part& part) {
    if (part.size() == 0) return {};
    Boxes boxes(shape, part);
    boxes.add(part.leading, part.begin, part.end);
    return std::move(boxes.boxes);
}

std::vector<Part> pieces_of(const Part& part, hsize_t limit) {
    std::vector<Part> pieces;
    if (part.size() == 0) return pieces;
    const hsize_t width = std::min(limit, part.end - part.begin),
                  height = std::max<hsize_t>(1, limit / width);
    const hsize_t rows = width == part.end - part.begin ? height : 1;
    for (hsize_t row = part.first_row; row < part.last_row; row += rows)
        for (hsize_t at = part.begin; at < part.end; at += width)
            pieces.push_back(
                {part.leading, row, std::min(row + rows, part.last_row), at, std::min(at + width, part.end)});
    return pieces;
}

}  // namespace kairos::io
