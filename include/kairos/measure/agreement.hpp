// include/kairos/measure/agreement.hpp: whether independent estimates of one number agree within their errors.
//
//   mean = sum_i x_i/e_i^2 / sum_i 1/e_i^2          standard_error = (sum_i 1/e_i^2)^(-1/2)
//   chi2 = sum_i ((x_i - mean)/e_i)^2               degrees of freedom: n - 1
//   z_i  = (x_i - mean)/sqrt(e_i^2 - standard_error^2)          of unit variance: mean contains x_i, so Var(x_i - mean) = e_i^2 - standard_error^2
//   range = largest x_i - smallest x_i
//
// Where an error is 0 or unknown (closed forms) all weights are equal, and standard_error, chi2 and z are NaN. One estimate: chi2 is 0 and
// z is NaN. None: NaN throughout. Units: those of the estimates. Source: weighted least squares of a constant.
#pragma once
#include <cstddef>
#include <span>

#include "kairos/measure/quenched.hpp"

namespace kairos::measure {

struct Agreement {
    double mean, standard_error, range, chi2;
    std::size_t degrees_of_freedom;
    double largest_z;      // of the largest |z_i|, with its sign
    std::size_t farthest;  // the estimate it belongs to
};

[[nodiscard]] Agreement agreement(std::span<const Realised> estimates);

}  // namespace kairos::measure
