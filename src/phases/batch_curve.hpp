// src/phases/batch_curve.hpp: the curve that all batches make together, and its replicates with one batch left out, from which errors
// of anything read off the curve follow (jackknife).
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "curve_window.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::phases {

struct Curve {
    std::vector<double> log_snr;
    Vector values;
};

[[nodiscard]] Curve folded_curve(const dynamics::Schedule& schedule, std::span<const Time> times,
                                 const measure::BatchedCurve& batches, const CurveValue& value);

// Keeps a window of every batch; `value` must outlive it.
class Replicates {
public:
    Replicates(Window window, const measure::BatchedCurve& batches, const CurveValue& value);

    [[nodiscard]] std::size_t first() const { return window_.first; }
    // Standard error of a number read off the values inside the window; NaN with fewer than 2 batches.
    [[nodiscard]] double standard_error(const std::function<double(const Vector&)>& statistic) const;
    // How many standard errors make 95 %: Student's t, as an error from few batches is itself uncertain.
    [[nodiscard]] double quantile() const;

private:
    Window window_;
    const CurveValue* value_;
    measure::BatchedCurve curves_;
};

}  // namespace kairos::phases
