// include/kairos/measure/tree_fold.hpp: rows of moments folded in their order, by the tree of moments.hpp with rows for its leaves.
//
//   tree of n rows:  the first 2^k, 2^k < n <= 2^(k+1), merged with the tree of the rest
//
// Rows of 2^k numbers each that follow one another are thus folded as their numbers would be: n batches and n/2 batches of twice the size
// have one fold, with the same bits, as far as both consist of whole batches. At any moment the rows so far are few whole subtrees, one for every
// binary digit of their number, which is all that is kept of them. An empty row (of empty Moments) changes nothing.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kairos/measure/moments.hpp"

namespace kairos::measure {

class TreeFold {
public:
    struct Subtree {
        std::uint64_t first,
            count;  // rows first .. first + count - 1; count a power of 2, first a multiple of it
        std::vector<Moments> moments;
    };

    // Rows of one length; the next in order.
    void add(std::span<const Moments> row);
    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] const std::vector<Subtree>& subtrees() const { return subtrees_; }  // in order
    // Of all rows so far; empty without any. Nothing is left.
    [[nodiscard]] std::vector<Moments> take();

private:
    std::vector<Subtree> subtrees_;
    std::vector<std::vector<Moments>> spare_;  // memory of rows that have been merged: the next ones take it
    std::uint64_t rows_ = 0;
};

}  // namespace kairos::measure
