// include/kairos/law/empirical.hpp: the empirical law of n points, (1/n) sum_j delta(y - y_j).
//
// Points are drawn from a mixture (component by its weight, then mean + S^{1/2} xi), or given. Datum j is the
// same whatever n and whatever the number of ranks: its noise is that of trajectory j of Stream{data_seed,
// Purpose::data_*}.
//
// Shapes: points d x n, one column a datum. Labels are inherited from the components; a class without data
// keeps its place.
#pragma once
#include <cstdint>
#include <vector>

#include "kairos/law/law.hpp"

namespace kairos::law {

struct DrawnData {
    Matrix points;                 // d x count
    std::vector<Index> component;  // [count] the component of the population that each was drawn from
};

// Data first .. first + count - 1, bit for bit the same in whatever slices they are drawn.
// Errors: std::invalid_argument for a population with a complement.
[[nodiscard]] DrawnData draw_data(const Mixture& population, std::uint64_t first, Index count,
                                  std::uint64_t data_seed);

// n draws from a population in full representation (complement = 0).
[[nodiscard]] Law draw_empirical(const Law& population, Index samples, std::uint64_t data_seed);

// Given points (columns) and labels (no level: no classes).
[[nodiscard]] Law empirical_law(Matrix points, Labels labels);

}  // namespace kairos::law
