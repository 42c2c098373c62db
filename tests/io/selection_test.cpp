// Every possible range of small arrays: the boxes, filled into an array of zeros, mark exactly the elements
// that a plain loop over flat indices marks, and each once.
#include "../../src/io/selection.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace kairos::io {
namespace {

hsize_t product(const Shape& shape) {
    return std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>());
}

bool inside(const Box& box, const Shape& shape, hsize_t flat) {
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        const hsize_t index = flat % shape[axis];
        flat /= shape[axis];
        if (index < box.start[axis] || index >= box.start[axis] + box.count[axis]) return false;
    }
    return true;
}

std::vector<int> marks_of(const Shape& shape, const Part& part) {
    std::vector<int> marks(product(shape), 0);
    for (const Box& box : boxes_of(shape, part))
        for (hsize_t flat = 0; flat < marks.size(); ++flat) marks[flat] += inside(box, shape, flat);
    return marks;
}

std::vector<int> expected_marks(const Shape& shape, const Part& part) {
    std::vector<int> marks(product(shape), 0);
    const hsize_t columns = part.leading ? marks.size() / shape[0] : marks.size();
    for (hsize_t row = part.first_row; row < part.last_row; ++row)
        for (hsize_t at = part.begin; at < part.end; ++at) marks[row * columns + at] = 1;
    return marks;
}

TEST(Selection, BoxesCoverEveryRangeOnce) {
    for (const Shape& shape : {Shape{5}, {1, 4}, {3, 4}, {2, 3, 4}, {3, 1, 2, 2}})
        for (hsize_t begin = 0; begin <= product(shape); ++begin)
            for (hsize_t end = begin; end <= product(shape); ++end) {
                const Part part{.begin = begin, .end = end};
                ASSERT_EQ(marks_of(shape, part), expected_marks(shape, part)) << begin << " " << end;
            }
}

TEST(Selection, BoxesCoverEveryRangeOfTheAxesAfterALeadingOne) {
    for (const Shape& shape : {Shape{3}, {3, 4}, {4, 2, 3}}) {
        const hsize_t columns = product(shape) / shape[0];
        for (hsize_t begin = 0; begin <= columns; ++begin)
            for (hsize_t end = begin; end <= columns; ++end) {
                const Part part{1, 1, 3, begin, end};
                ASSERT_EQ(marks_of(shape, part), expected_marks(shape, part)) << begin << " " << end;
            }
    }
}

// The order in which a piece's elements lie in the part's own values must be that of the pieces, one after
// another.
TEST(Selection, PiecesFollowEachOtherInThePartsOwnOrder) {
    for (const hsize_t limit : {1U, 2U, 3U, 7U, 8U, 100U}) {
        const Part part{1, 2, 6, 3, 10};
        std::vector<hsize_t> order;
        for (const Part& piece : pieces_of(part, limit)) {
            EXPECT_LE(piece.size(), limit);
            EXPECT_GE(piece.size(), 1U);
            for (hsize_t row = piece.first_row; row < piece.last_row; ++row)
                for (hsize_t at = piece.begin; at < piece.end; ++at) order.push_back((row - 2) * 7 + at - 3);
        }
        std::vector<hsize_t> expected(part.size());
        std::iota(expected.begin(), expected.end(), hsize_t{0});
        EXPECT_EQ(order, expected) << limit;
    }
    EXPECT_TRUE(pieces_of(Part{.begin = 4, .end = 4}, 10).empty());
}

}  // namespace
}  // namespace kairos::io
