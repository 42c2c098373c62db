// include/kairos/law/class_alone.hpp: the law of the data of one class, p_0(y | c).
//
//   p_0(y|c) = sum_{k in c} (weight_k/weight_c) N(y; mean_k, S_k)
//
// In the coordinates of the law itself (same explicit ones, same complement), so that both laws serve the same states. It has no classes
// and no population of its own. Units: data. Errors: std::out_of_range where there is no such class.
// Source: docs/theory.md, "Guidance".
#pragma once
#include "kairos/law/law.hpp"

namespace kairos::law {

// class_index: of the class level, 0 .. classes - 1 in ascending order of label.
[[nodiscard]] Law class_alone(const Law& law, int class_index);

}  // namespace kairos::law
