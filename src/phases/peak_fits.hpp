// src/phases/peak_fits.hpp: which fits locate a peak: a plain one that gives the value, and rivals that show what it misses.
#pragma once
#include <vector>

#include "batch_curve.hpp"
#include "local_fit.hpp"
#include "reading.hpp"

namespace kairos::phases {

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
