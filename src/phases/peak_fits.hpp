// src/phases/peak_fits.hpp: which fits locate a peak: a plain one that gives the value, and rivals that show what it misses.
#pragma once
#include <vector>

#include "batch_curve.hpp"
#include "local_fit.hpp"

namespace kairos::phases {

// Another fit, and how much of its difference to the plain one counts as a standard error.
struct Rival {
    LocalFit fit;
    double share;
};

// A fit of a higher order shows most of what the plain one misses, and twice the difference also bounds what both miss alike.
inline constexpr double by_order = 2.0;
// The other fits, of lower order or to another power of the curve, are the worse ones: their difference exceeds what the plain one
// misses. Half of it is a standard error whose interval just reaches them.
inline constexpr double by_worse_fit = 0.5;

// How far down its flanks a peak is fitted. A polynomial of degree 6 misses ~ width^7, and its noise falls as the window widens: both
// keep pace where width ~ noise^(1/7), and the logarithm falls as width^2. Bounds: a window never spans tails that are noise alone, nor
// so little that nothing curves.
[[nodiscard]] double share_of_height(double relative_noise);

// The plain fit of a peak and its rivals; `longest` holds the windows of all.
struct PeakFits {
    LocalFit plain;
    std::vector<Rival> rivals;
    Window longest;
};

[[nodiscard]] PeakFits peak_fits(const Curve& curve, const PeakWindow& peak);

}  // namespace kairos::phases
