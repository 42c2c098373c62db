#include "curve_window.hpp"

#include <algorithm>
#include <cmath>

namespace kairos::phases {
namespace {

// Points next to the window for as long as `inside` holds.
template <class Inside>
void grow(Window& window, std::size_t limit, const Inside& inside) {
    while (window.first > 0 && inside(window.first - 1)) --window.first, ++window.count;
    while (window.last() + 1 < limit && inside(window.last() + 1)) ++window.count;
}

}  // namespace

std::vector<double> smoothed(const Vector& values) {
    std::vector<double> out(values.begin(), values.end());
    for (Index i = 1; i + 1 < values.size(); ++i)
        out[static_cast<std::size_t>(i)] = 0.25 * values(i - 1) + 0.5 * values(i) + 0.25 * values(i + 1);
    return out;
}

Window widened(Window window, std::size_t points, std::span<const double> preference) {
    while (window.count < std::min(points, preference.size())) {
        const bool left = window.first > 0, right = window.last() + 1 < preference.size();
        if (left && (!right || preference[window.first - 1] >= preference[window.last() + 1])) --window.first;
        ++window.count;
    }
    return window;
}

std::optional<CrossingWindow> crossing_window(const Vector& values, double level) {
    std::vector<std::size_t> changes;
    for (Index i = 0; i + 1 < values.size(); ++i)
        if ((values(i) < level) != (values(i + 1) < level)) changes.push_back(static_cast<std::size_t>(i));
    if (changes.empty() || !values.allFinite()) return {};
    const std::size_t bracket = changes[changes.size() / 2];

    const std::vector<double> smooth = smoothed(values);
    const auto [low, high] = std::minmax_element(smooth.begin(), smooth.end());
    const double floor = 0.5 * (level + *low), ceiling = 0.5 * (level + *high);
    Window window{bracket, 2};
    grow(window, smooth.size(), [&](std::size_t i) { return smooth[i] > floor && smooth[i] < ceiling; });
    std::vector<double> nearness;
    nearness.reserve(smooth.size());
    for (const double value : smooth) nearness.push_back(-std::abs(value - level));
    return CrossingWindow{widened(window, 4, nearness), bracket};
}

std::optional<Window> falling_window(const Vector& values, double low, double high) {
    if (!values.allFinite()) return {};
    const std::vector<double> smooth = smoothed(values);
    const double middle = 0.5 * (low + high);
    std::size_t above = smooth.size();
    for (std::size_t i = 0; i + 1 < smooth.size(); ++i)
        if (smooth[i] < middle && smooth[i + 1] >= middle) above = i + 1;
    if (above == smooth.size()) return {};
    Window window{above, 1};
    grow(window, smooth.size(),
         [&](std::size_t i) { return i < above ? smooth[i] > low : smooth[i] < high; });
    return window;
}

std::optional<std::size_t> peak_index(const Vector& values) {
    if (values.size() < 3 || !values.allFinite()) return {};
    const std::vector<double> smooth = smoothed(values);
    const auto best = std::max_element(smooth.begin(), smooth.end());
    const auto top = static_cast<std::size_t>(best - smooth.begin());
    if (top == 0 || top + 1 == smooth.size() || !(*best > 0.0)) return {};
    return top;
}

std::size_t points_above_half(const Vector& values, std::size_t top) {
    const double half = 0.5 * values.segment(static_cast<Index>(top) - 1, 3).maxCoeff();
    Window above{top, 1};
    grow(above, static_cast<std::size_t>(values.size()),
         [&](std::size_t i) { return values(static_cast<Index>(i)) > half; });
    return above.count;
}

PeakWindow peak_window(const Vector& values, std::size_t top, double share) {
    const std::vector<double> smooth = smoothed(values);
    const double best = smooth[top];
    Window window{top, 1}, usable{top, 1};
    grow(window, smooth.size(), [&](std::size_t i) { return smooth[i] > share * best; });
    grow(usable, smooth.size(), [&](std::size_t i) { return values(static_cast<Index>(i)) > 0.02 * best; });
    const Window wide = widened(window, 5, smooth);
    const std::size_t first = std::max(wide.first, std::min(usable.first, window.first));
    const std::size_t last = std::min(wide.last(), std::max(usable.last(), window.last()));
    window = widened({first, last - first + 1}, 3, smooth);
    PeakWindow found{window, usable, top, Vector(static_cast<Index>(window.count))};
    for (std::size_t i = 0; i < window.count; ++i)
        found.height(static_cast<Index>(i)) = std::max(smooth[window.first + i] / best, 1e-3);
    return found;
}

}  // namespace kairos::phases
