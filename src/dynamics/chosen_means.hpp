// src/dynamics/chosen_means.hpp: the mean of each trajectory's component, brought into the order of the
// states.
//
//   visit(i, j, n, mean)     mean[l] = means(i, chosen[j + l]),  l = 0 .. n - 1
//
// Means are stored by columns and states by rows: tiles of 16 coordinates x 64 trajectories are turned in
// cache, so that each column is read in whole cache lines whatever d and K.
#pragma once
#include <algorithm>
#include <span>

#include "kairos/law/points.hpp"

namespace kairos::dynamics {

template <class Visit>
void with_chosen_means(const law::Points& means, std::span<const int> chosen, Visit&& visit) {
    constexpr Index coordinates = 16, lanes = 64;
    alignas(64) double tile[coordinates * lanes];
    const auto count = static_cast<Index>(chosen.size());
    for (Index j = 0; j < count; j += lanes) {
        const Index n = std::min(lanes, count - j);
        for (Index i = 0; i < means.rows(); i += coordinates) {
            const Index height = std::min(coordinates, means.rows() - i);
            for (Index l = 0; l < n; ++l) {
                const double* column = means.col(chosen[static_cast<std::size_t>(j + l)]).data() + i;
                for (Index h = 0; h < height; ++h) tile[h * lanes + l] = column[h];
            }
            for (Index h = 0; h < height; ++h) visit(i + h, j, n, tile + h * lanes);
        }
    }
}

}  // namespace kairos::dynamics
