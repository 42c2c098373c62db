// include/kairos/phases/critical.hpp: critical times read off curves, with errors: crossings and peaks.
//
//   crossing  F(t*) = level, by local polynomial interpolation in log snr
//   peak      dF/d(log snr) = 0 at the highest point, by local polynomial least squares in log snr
//
// Statistical errors by jackknife over batches; the difference to a fit of the next order is added in quadrature, so that intervals
// cover on coarse grids too. NaN where a curve does not cross, or peaks at an end of the grid.
// Units: times of the forward process. Source: docs/theory.md, "Speciation"; Efron 1982.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "kairos/dynamics/schedule.hpp"
#include "kairos/measure/jackknife.hpp"

namespace kairos::phases {

struct CriticalTime {
    double time, standard_error, ci95_low, ci95_high, theory;  // NaN where there is none
};

// What the curve is made of at one time: the folded moments of an observable -> value (mean, variance, rate per log snr, ...).
using CurveValue = std::function<double(const measure::Moments&, std::size_t time_index)>;

[[nodiscard]] CriticalTime crossing(const dynamics::Schedule& schedule, std::span<const Time> times,
                                    std::span<const measure::MomentCurve> batches, const CurveValue& value,
                                    double level);
[[nodiscard]] CriticalTime peak(const dynamics::Schedule& schedule, std::span<const Time> times,
                                std::span<const measure::MomentCurve> batches, const CurveValue& value);

// The same for functions known exactly (theory): root and maximum between t_min and t_max to 1e-10 relative; NaN if absent.
[[nodiscard]] double exact_crossing(const dynamics::Schedule& schedule,
                                    const std::function<double(Time)>& curve, double level);
[[nodiscard]] double exact_peak(const dynamics::Schedule& schedule, const std::function<double(Time)>& curve);

}  // namespace kairos::phases
