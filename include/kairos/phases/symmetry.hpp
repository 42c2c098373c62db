// include/kairos/phases/symmetry.hpp: symmetry breaking seen in the moments of an order parameter.
//
//   M = m.x/(alpha |m|^2),   two clusters: M = +-1 + s z,  s^2 = Gamma/(alpha^2 |m|^2),  Gamma = sigma^2 + alpha^2 S
//   binder          U4 = 1 - <M^4>/(3 <M^2>^2)         0 for one Gaussian, 2/3 for two points: curves over t of several d cross
//   susceptibility  chi = d (<M^2> - <|M|>^2)
//
// Both are functions of the moments of |M| alone, so that one observable (order_parameter_modulus) gives value and jackknife error. By
// quadrature in closed form: <M^2> = 1 + s^2, <M^4> = 1 + 6 s^2 + 3 s^4, <|M|> = s sqrt(2/pi) e^{-1/(2 s^2)} + erf(1/(s sqrt 2)).
// chi grows with t without a peak (the noise of M does); what peaks is the variance of the Potts order parameter.
//
// Shapes: [T]. Units: dimensionless. Errors: none; NaN where there are fewer than two batches. Source: docs/theory.md, "Symmetry breaking";
// Binder 1981.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kairos/law/law.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::phases {

struct SymmetryCurve {
    std::string long_name, definition;
    std::vector<double> value, standard_error;
    std::vector<double> theory;  // empty where there is none
};

// By name; nothing where the run did not measure order_parameter_modulus.
[[nodiscard]] std::map<std::string, SymmetryCurve> symmetry_curves(const law::Law& law,
                                                                   const dynamics::Schedule& schedule,
                                                                   std::span<const Time> times,
                                                                   const BatchCurves& curves);

}  // namespace kairos::phases
