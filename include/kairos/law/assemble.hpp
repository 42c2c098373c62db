// include/kairos/law/assemble.hpp: a law from the pieces of a mixture that was read, not named.
//
// Shapes: as in mixture.hpp; weights may be empty (equal) or any positive numbers, labels absent (every
// component its own class). Errors: std::domain_error, saying which piece is wrong; who read the pieces knows
// file and dataset and names them.
#pragma once
#include "kairos/law/law.hpp"

namespace kairos::law {

// Checks shapes, finiteness and definiteness, normalises the weights, sets default labels and sorts by class.
[[nodiscard]] Law mixture_law(Mixture mixture);

}  // namespace kairos::law
