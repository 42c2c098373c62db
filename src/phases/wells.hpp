// src/phases/wells.hpp: two wells of a log-density potential, from how many trajectories lie in each bin of an order parameter.
#pragma once
#include <cstddef>
#include <vector>

#include "kairos/base/array.hpp"

namespace kairos::phases {

// The barrier that stands highest between two wells, if one bin or another between them stands out at all (four standard errors of its own).
//
//   height       log of the fullest bin of the shallower well over the barrier's own; NaN where that is empty
//   place        where the counts of three bins beside each other are lowest against the shallower well (a single bin would be that of the
//                luckiest noise), among the bins that are significantly emptier: 4^2 < 2 (n log(2n/(n + L)) + L log(2L/(n + L))); of
//                several that are as low (empty ones) the middle
//   difference   F_high - F_low = -log(n_high/n_low): trajectories above and below the barrier's bin;  variance 1/n_low + 1/n_high
struct Wells {
    double height = nan, height_error = nan;
    double difference = nan, difference_error = nan;
    std::size_t low = 0, barrier = 0, high = 0;  // bins: bottoms of the wells, and what stands between them
    bool seen = false;
};

[[nodiscard]] Wells wells_of(const std::vector<double>& counts);

}  // namespace kairos::phases
