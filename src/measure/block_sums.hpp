// src/measure/partial_sums.hpp: what the two passes over a block hand back, sixteen partial results each.
#pragma once
#include <array>
#include <cstddef>

namespace kairos::measure {

inline constexpr std::size_t ways = 16;
using Partial = std::array<double, ways>;

struct RangeSums {
    Partial sum, low, high;  // sum of value - origin
};

struct PowerSums {
    Partial d1, d2, d3, d4;  // sums of (value - centre)^p
};

}  // namespace kairos::measure
