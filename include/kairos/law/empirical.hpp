// include/kairos/law/empirical.hpp: the empirical law of n points, (1/n) sum_j delta(y - y_j).
//
// Points are drawn from a mixture (component by its weight, then mean + S^{1/2} xi), or given. Datum j is the same whatever n and
// whatever the number of ranks: its noise is that of trajectory j of Stream{data_seed, Purpose::data_*}.
//
// Shapes: points d x n, one column a datum. Labels are inherited from the components.
#pragma once
#include <cstdint>

#include "kairos/law/law.hpp"

namespace kairos::law {

// n draws from a population in full representation (complement = 0).
[[nodiscard]] Law draw_empirical(const Law& population, Index samples, std::uint64_t data_seed);

// Given points (columns) and labels (no level: no classes).
[[nodiscard]] Law empirical_law(Matrix points, Labels labels);

}  // namespace kairos::law
