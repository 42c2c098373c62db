// include/kairos/phases/scaling_crossing.hpp: where curves of neighbouring sizes cross, and where the crossings go as sizes grow.
//
//   y_i(x) = F(x - b size_i - c/d_i),   size_i = +-log d_i:   over u = x/size_i the curves of two sizes steepen about one place and cross at
//   u* = b - c L,   L = (1/d_1 - 1/d_2)/(log d_2 - log d_1)      the logarithmic mean of 1/d_1 and 1/d_2
//
// so that crossings over L lie on a straight line whose intercept is b. Over x itself curves of this kind are shifted copies and do not
// cross. Unlike a data collapse a crossing asks nothing of the shape of F, and no two sizes but its own.
//
// A crossing is the root of a polynomial of degree 5 through the difference of both curves, where both are between the heights; one of
// degree 3 is the worse fit (and the better one, beside a straight line, where noise leaves the first no root), and half of what noise does
// not explain of their difference is systematic. Errors by jackknife: each size adds the variance from leaving out one of its realisations,
// or blocks of its batches. Neighbouring crossings share a size, which the error of the line respects.
//
// Systems stand in the order in which they approach the limit (sizes of growing modulus, of one sign); pairs of equal size, and of size 0
// (d = 1), have no crossing. Errors: none; NaN where curves do not cross between the heights, with fewer than two batches, or fewer than
// two crossings make no line.
// Source: docs/theory.md, "Scaling"; Binder 1981; Efron 1982.
#pragma once
#include <span>
#include <vector>

#include "kairos/phases/scaling_exponent.hpp"

namespace kairos::phases {

struct SizeCrossing {
    std::size_t smaller, larger;  // of the systems
    double inverse_dimension;     // L
    Fitted place;                 // u*
    double height;                // of the curves there
};

struct ScalingCrossings {
    std::vector<SizeCrossing> pairs;
    LineFit line;  // u* over L: the intercept is the limit; chi^2 takes crossings as independent
};

[[nodiscard]] ScalingCrossings scaling_crossings(std::span<const MeasuredSystem> systems,
                                                 const CurveValue& value, Heights compared);

}  // namespace kairos::phases
