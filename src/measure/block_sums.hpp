// src/measure/block_sums.hpp: what the two passes over a block hand back.
#pragma once
#include <array>

namespace kairos::measure {

struct BlockSums {
    double low, high;
    double centre;                 // the mean, up to rounding; NaN where a value is
    std::array<double, 4> powers;  // sums of (value - centre)^p, p = 1 .. 4; not set where low = high
};

}  // namespace kairos::measure
