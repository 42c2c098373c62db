// include/kairos/phases/binder.hpp: Binder's cumulant of an order parameter.
//
//   U4 = 1 - <M^4>/(3 <M^2>^2)      moments about 0: the symmetric phase has mean 0
//
// Gaussian fluctuations about 0 have U4 = 0 (t -> infinity), two sharp wells U4 = 2/3 (t -> 0). A pure number; NaN where <M^2> = 0
// or nothing was counted. Source: docs/theory.md, "Scaling"; Binder 1981.
#pragma once
#include "kairos/measure/moments.hpp"

namespace kairos::phases {

struct AboutZero {
    double second, fourth;  // <M^2>, <M^4>
};
[[nodiscard]] AboutZero about_zero(const measure::Moments& moments);

[[nodiscard]] double binder_cumulant(const AboutZero& moments);
[[nodiscard]] inline double binder_cumulant(const measure::Moments& moments) {
    return binder_cumulant(about_zero(moments));
}

}  // namespace kairos::phases
