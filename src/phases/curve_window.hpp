// src/phases/curve_window.hpp: the part of a noisy curve that a critical point is read from.
//
// Chosen once, from the curve of all batches together, lightly smoothed (weights 1/4, 1/2, 1/4: enough to
// choose by, little enough not to blur a narrow feature); jackknife replicates keep it, so that their scatter
// is that of the fit alone.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "kairos/base/array.hpp"

namespace kairos::phases {

struct Window {
    std::size_t first, count;
    [[nodiscard]] std::size_t last() const { return first + count - 1; }
    [[nodiscard]] bool holds(const Window& other) const {
        return first <= other.first && other.last() <= last();
    }
};

[[nodiscard]] std::vector<double> smoothed(const Vector& values);

// Around the sign change of values - level (the middle one, where noise makes several in a row): all points
// nearer to the level than half way to either end of the curve, 4 at least.
struct CrossingWindow {
    Window window;
    std::size_t bracket;  // the sign changes between bracket and bracket + 1
};
[[nodiscard]] std::optional<CrossingWindow> crossing_window(const Vector& values, double level);

// Index of the maximum; nothing if it is at an end, or nowhere positive.
[[nodiscard]] std::optional<std::size_t> peak_index(const Vector& values);
// Points around `top`, itself included, whose values exceed half of the largest among it and its neighbours.
[[nodiscard]] std::size_t points_above_half(const Vector& values, std::size_t top);

// Around the maximum: all points above `share` of it, 5 at least as long as they are usable: above 0.02 of it, so that their logarithm
// is not noise.
struct PeakWindow {
    Window window, usable;
    std::size_t top;
    Vector height;  // [count] smoothed values over their maximum
};
[[nodiscard]] PeakWindow peak_window(const Vector& values, std::size_t top, double share);

// The part of a curve that falls toward earlier times between two heights: from the point where it first passes half way between them
// on, all points above `low` before and below `high` after; nothing if it never passes.
[[nodiscard]] std::optional<Window> falling_window(const Vector& values, double low, double high);

// The same window, at least `points` long as far as the curve goes; grows toward the larger of `preference`.
[[nodiscard]] Window widened(Window window, std::size_t points, std::span<const double> preference);

}  // namespace kairos::phases
