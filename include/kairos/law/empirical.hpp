// include/kairos/law/empirical.hpp: the empirical law of n points, (1/n) sum_j delta(y - y_j).
//
// Points are drawn from a mixture (component by its weight, then mean + S^{1/2} xi), or given. Datum j is the
// same whatever n, in whatever slices the data are drawn and on whatever number of ranks: its noise is that of
// trajectory j of Stream{data_seed, Purpose::data_*}.
//
// Shapes: points d x n, one column a datum, in the order of drawing or of the file: sorting by class would
// copy what may fill a node. Labels are inherited from the components; a class without data keeps its place.
#pragma once
#include <cstdint>
#include <vector>

#include "kairos/law/law.hpp"

namespace kairos::law {

// The component of the population that each of the data first .. first + count - 1 is drawn from.
[[nodiscard]] std::vector<Index> draw_components(const Mixture& population, std::uint64_t first, Index count,
                                                 std::uint64_t data_seed);

// Data first .. first + points.cols() - 1, bit for bit the same in whatever slices they are drawn; beyond them
// it takes a few blocks of at most 32 MB.
// Errors: std::invalid_argument for a population with a complement.
void draw_points(const Mixture& population, std::uint64_t first, std::uint64_t data_seed,
                 Eigen::Ref<Matrix> points);

// The law of points that draw_points made (all of them, from datum 0).
[[nodiscard]] Law drawn_law(const Law& population, const Points& points, std::uint64_t data_seed);

// n draws from a population in full representation (complement = 0).
[[nodiscard]] Law draw_empirical(const Law& population, Index samples, std::uint64_t data_seed);

// Given points (columns) and labels (no level: no classes).
[[nodiscard]] Law empirical_law(const Points& points, Labels labels);

}  // namespace kairos::law
