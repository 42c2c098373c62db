// include/kairos/law/class_alone.hpp: the law of the data of one class, p_0(y | c).
//
//   p_0(y|c) = sum_{k in c} (weight_k/weight_c) N(y; mean_k, S_k)
//
// p_0(y) is the sum of weight_c p_0(y|c). In the coordinates of the law itself (same explicit ones, same complement), so that both laws
// serve the same states. It has no classes and no population of its own. Units: data. Errors: std::out_of_range where there is no such
// class.
// Source: docs/theory.md, "Guidance".
#pragma once
#include "kairos/law/law.hpp"

namespace kairos::law {

// class_index: 0 .. classes - 1 in ascending order of label, of the class level or of a given one (from 0).
[[nodiscard]] Law class_alone(const Law& law, int class_index);
[[nodiscard]] Mixture class_alone(const Mixture& mixture, std::size_t level, int class_index);

}  // namespace kairos::law
