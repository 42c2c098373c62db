// include/kairos/phases/scaling_exponent.hpp: the exponent of a data collapse, from the batch moments of systems of different size.
//
//   y_i(t) = average over realisations of value(moments(t));   the exponent that lays the curves y_i(x - exponent size_i) on one another
//
// An error of y is that of the trajectories (jackknife over batches), or that between realisations of the disorder, sqrt(V/R), where
// that is larger. The error of the exponent: systems are independent, each adds its jackknife variance, from leaving out one of its realisations, or
// where there is one alone one of at most 20 blocks of its batches. Systems stand in the order in which they approach the limit; with three or more
// the collapse without the first (the smallest d) is a rival, and what noise does not explain of its difference is systematic (scaling_fit.hpp).
// Units: those of x over those of size. Source: docs/theory.md, "Scaling"; Houdayer and Hartmann 2004; Efron 1982.
#pragma once
#include <span>
#include <vector>

#include "kairos/measure/jackknife.hpp"
#include "kairos/phases/critical.hpp"
#include "kairos/phases/scaling_collapse.hpp"
#include "kairos/phases/scaling_fit.hpp"

namespace kairos::phases {

struct MeasuredSystem {
    double size;
    std::vector<double> x;                                        // [T], ascending or descending
    std::vector<std::vector<measure::MomentCurve>> realisations;  // [realisation][batch], each [T]
};

// Its curve with errors, x ascending.
[[nodiscard]] SizedCurve curve_of(const MeasuredSystem& system, const CurveValue& value);

struct ScalingExponent {
    Fitted exponent;
    double quality;      // S at the exponent
    std::size_t points;  // compared
};

[[nodiscard]] ScalingExponent scaling_exponent(std::span<const MeasuredSystem> systems,
                                               const CurveValue& value, Heights compared);

}  // namespace kairos::phases
