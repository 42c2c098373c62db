// src/phases/reading.hpp: a critical point read off a curve by one fit, with its errors: by jackknife over batches, and by the
// disagreement of rival fits.
#pragma once
#include <functional>
#include <vector>

#include "batch_curve.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::phases {

// Log snr of a critical point from the values of a curve from index `offset` on: that nearest to `start`; NaN where there is none.
using Locate = std::function<double(const Vector& values, std::size_t offset, double start)>;

// Another fit, and how much of its difference to the plain one counts as a standard error.
struct Rival {
    Locate locate;
    double share;
};

// A fit of a higher order shows most of what the plain one misses, and twice the difference also bounds what both miss alike.
inline constexpr double by_order = 2.0;
// The other fits, of lower order or to another power of the curve, are the worse ones: their difference exceeds what the plain one
// misses. Half of it is a standard error whose interval just reaches them.
inline constexpr double by_worse_fit = 0.5;
// The same fit over another part of the curve: what is wrong with the form shifts both alike.
inline constexpr double by_window = 1.0;

[[nodiscard]] CriticalTime no_critical_time();  // NaN throughout

// resolution: an error in log snr that no rival shows.
[[nodiscard]] CriticalTime read_off(const dynamics::Schedule& schedule, const Curve& curve,
                                    const Locate& plain, const std::vector<Rival>& rivals, double start,
                                    const Replicates& replicates, double resolution);

}  // namespace kairos::phases
