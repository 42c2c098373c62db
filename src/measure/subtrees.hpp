// src/measure/subtrees.hpp: what the kernel hands back of several rows of numbers: the whole subtrees that each consists of, one for every
// binary digit of how many numbers there are.
#pragma once
#include <array>
#include <cstddef>

#include "kairos/measure/moments.hpp"

namespace kairos::measure {

struct Subtrees {
    using Rows = std::array<double, rows_together>;
    struct Node {
        double count;
        Rows mean, m2, m3, m4;
    };
    Rows low, high;              // of all; where one of them is a NaN, one of the others or NaN
    std::size_t size;            // nodes
    std::array<Node, 48> nodes;  // in order: the largest first
};

// Of rows_together rows, `stride` numbers apart; rows_padding: moments.hpp.
void subtrees_of(const double* rows, std::size_t stride, std::size_t count, Subtrees& out);

}  // namespace kairos::measure
