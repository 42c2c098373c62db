// src/phases/wells.hpp: two wells of a log-density potential, from how many trajectories lie in each bin of an order parameter.
#pragma once
#include <cstddef>
#include <vector>

#include "kairos/base/array.hpp"

namespace kairos::phases {

// The barrier between two wells that stands out most, if it stands out at all (four standard errors).
//
//   height       log of the fullest bin of the shallower well over the barrier's own
//   difference   F_high - F_low = -log(n_high/n_low): trajectories above and below the barrier's bin;  variance 1/n_low + 1/n_high
struct Wells {
    double height = nan, height_error = nan;
    double difference = nan, difference_error = nan;
    std::size_t low = 0, barrier = 0, high = 0;  // bins: bottoms of the wells, and what stands between them
    [[nodiscard]] bool seen() const { return height == height; }
};

[[nodiscard]] Wells wells_of(const std::vector<double>& counts);

}  // namespace kairos::phases
