// include/kairos/phases/critical.hpp: critical times read off curves, with errors: crossings, peaks, extrapolated zeros.
//
//   crossing  F(t*) = level, by local polynomial interpolation in log snr
//   peak      dF/d(log snr) = 0 at the highest point, by local polynomial least squares in log snr
//   zero      where F = A - B log(1 + S snr), fitted to the part of a falling curve between 0.4 and 0.8, would vanish; its foot, which
//             finite size rounds, is left out
//
// Statistical errors by jackknife over batches; the difference to a rival fit is added in quadrature, so that intervals
// cover on coarse grids too. NaN where a curve does not cross, peaks at an end of the grid, or does not fall far enough to be extrapolated.
// Units: times of the forward process. Source: docs/theory.md, "Speciation", "Collapse"; Efron 1982.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kairos/dynamics/schedule.hpp"
#include "kairos/measure/jackknife.hpp"

namespace kairos::phases {

struct CriticalTime {
    double time, standard_error, ci95_low, ci95_high, theory;  // NaN where there is none
};

// What the curve is made of at one time: the folded moments of an observable -> value (mean, variance, rate per log snr, ...).
using CurveValue = std::function<double(const measure::Moments&, std::size_t time_index)>;

// Curves in batches by name; an empty one if the run did not measure it. One component of an observable with several, from 0:
// "level_entropy/1".
using BatchCurves = std::function<measure::BatchedCurve(const std::string&)>;

[[nodiscard]] double mean_of(const measure::Moments& moments, std::size_t time_index);
[[nodiscard]] double variance_of(const measure::Moments& moments, std::size_t time_index);

[[nodiscard]] CriticalTime crossing(const dynamics::Schedule& schedule, std::span<const Time> times,
                                    const measure::BatchedCurve& batches, const CurveValue& value,
                                    double level);
[[nodiscard]] CriticalTime peak(const dynamics::Schedule& schedule, std::span<const Time> times,
                                const measure::BatchedCurve& batches, const CurveValue& value);

// S, the variance of the data within their classes: known, or a guess (then a fit to another value is a rival).
struct Population {
    double variance;
    bool known;
};
[[nodiscard]] CriticalTime extrapolated_zero(const dynamics::Schedule& schedule, std::span<const Time> times,
                                             const measure::BatchedCurve& batches, const CurveValue& value,
                                             const Population& population);

// The same for functions known exactly (theory): root and maximum between t_min and t_max to 1e-10 relative; NaN if absent.
[[nodiscard]] double exact_crossing(const dynamics::Schedule& schedule,
                                    const std::function<double(Time)>& curve, double level);
[[nodiscard]] double exact_peak(const dynamics::Schedule& schedule, const std::function<double(Time)>& curve);

}  // namespace kairos::phases
