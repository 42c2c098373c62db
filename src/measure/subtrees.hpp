// src/measure/subtrees.hpp: what a kernel hands back of at most 64 neighbours: the whole subtrees that they consist of, one for every
// binary digit of their number.
#pragma once
#include <array>
#include <cstddef>

namespace kairos::measure {

inline constexpr std::size_t leaf_size = 64;

struct Subtrees {
    struct Node {
        double count, mean, m2, m3, m4;
    };
    double low, high;           // of all; where one of them is a NaN, one of the others or NaN
    std::size_t size;           // nodes
    std::array<Node, 7> nodes;  // the last ones first: the smallest subtree
};

}  // namespace kairos::measure
