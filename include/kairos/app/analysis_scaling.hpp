// include/kairos/app/analysis_scaling.hpp: how the transitions of a sweep scale: fitted lines, data collapse of whole curves, crossings.
//
//   lines      speciation_*  t_S = intercept + slope log d                  (and mean decisions on a class)
//              collapse_*    (and mean decisions on a datum)
//                            t_C against a = log(n)/d and against log a   (ou, small a: slope -1/2 in log a)
//   collapse   phi (class_collision), H_c/log K, Binder's U4 of the order parameter, each laid on one another
//              over t - b log d, and over log(snr d^b mu^2)
//   crossings  the same curves of neighbouring dimensions, over t/log d and -log(snr mu^2)/log d, and their limit in 1/d: b again
//
// Points that agree in schedule, separation and components make a series, and each series has its own lines; over log(snr d^b mu^2) separations share
// one collapse (mu^2 is left out where a separation is 0). A line needs two different sizes, a collapse too. Farthest from the limit of
// large d stand first, as the fits of phases expect.
// Source: docs/theory.md, "Scaling".
#pragma once
#include <string>
#include <vector>

#include "kairos/app/analysis_transitions.hpp"
#include "kairos/phases/binder.hpp"
#include "kairos/phases/scaling_crossing.hpp"

namespace kairos::app {

// What a size is measured by: as people write it, and as a name in files.
struct Abscissa {
    std::string text, name;
    double (*of)(const AnalysisPoint&);
};

struct TransitionFit {
    std::string transition;
    Abscissa against;
    std::vector<std::size_t> points;  // of the analysis
    phases::LineFit line;
};

struct CurveCollapse {
    std::string observable;  // class_collision, class_entropy_ratio, binder_cumulant
    std::string variable;    // time or log_snr
    std::string shifted;     // the scaled variable, as people write it
    std::string divided;     // and that over which curves cross
    std::vector<std::size_t> points;
    std::vector<phases::SizedCurve> curves;  // of the points: variable, value, error
    phases::ScalingExponent found;
    phases::ScalingCrossings crossings;
    // The variable of a point of curve i, shifted by the exponent.
    [[nodiscard]] double scaled(std::size_t curve, double x) const {
        return x - found.exponent.value * curves[curve].size;
    }
    // Where a pair of neighbours (of crossings) belongs: points of the analysis.
    [[nodiscard]] std::pair<std::size_t, std::size_t> points_of(const phases::SizeCrossing& pair) const {
        return {points[pair.smaller], points[pair.larger]};
    }
};

[[nodiscard]] std::vector<TransitionFit> fits_of(const Analysis& analysis,
                                                 const TransitionTable& transitions);
[[nodiscard]] std::vector<CurveCollapse> collapses_of(const Analysis& analysis);

}  // namespace kairos::app
