#include "wells.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kairos::phases {
namespace {

constexpr double significant = 4.0;  // standard errors

void fill_wells(const std::vector<double>& counts, Wells& wells) {
    const auto begin = counts.begin(), top = begin + static_cast<std::ptrdiff_t>(wells.barrier);
    wells.low = static_cast<std::size_t>(std::max_element(begin, top) - begin);
    wells.high = static_cast<std::size_t>(std::max_element(top + 1, counts.end()) - begin);
    const double below = std::accumulate(begin, top, 0.0),
                 above = std::accumulate(top + 1, counts.end(), 0.0);
    wells.difference = -std::log(above / below);
    wells.difference_error = std::sqrt(1.0 / below + 1.0 / above);
    const double lower = std::min(counts[wells.low], counts[wells.high]), top_count = counts[wells.barrier];
    if (top_count == 0.0) return;
    wells.height = std::log(lower / top_count);
    wells.height_error = std::sqrt(1.0 / lower + 1.0 / top_count);
}

// For every bin the fuller bins on either side: the lower of the two fullest.
std::vector<double> shallower_wells(const std::vector<double>& counts) {
    std::vector<double> lower(counts.size());
    double most = 0.0;
    for (std::size_t b = 0; b < counts.size(); most = std::max(most, counts[b++])) lower[b] = most;
    most = 0.0;
    for (std::size_t b = counts.size(); b-- > 0; most = std::max(most, counts[b]))
        lower[b] = std::min(lower[b], most);
    return lower;
}

// Of an empty bin as if it held half a trajectory.
bool stands_out(double count, double lower) {
    const double top = std::max(count, 0.5);
    return lower > count && std::log(lower / top) > significant * std::sqrt(1.0 / lower + 1.0 / top);
}

bool is_emptier(double count, double lower) {
    if (lower <= count) return false;
    const double mean = 0.5 * (count + lower);
    const double excess =
        (count > 0.0 ? count * std::log(count / mean) : 0.0) + lower * std::log(lower / mean);
    return 2.0 * excess > significant * significant;
}

// Above the shallower well; -1 for what is no candidate.
std::vector<double> smoothed_heights(const std::vector<double>& counts, const std::vector<double>& lower) {
    std::vector<double> heights(counts.size(), -1.0);
    for (std::size_t b = 1; b + 1 < counts.size(); ++b) {
        const double three = std::max(counts[b - 1] + counts[b] + counts[b + 1], 0.5);
        if (stands_out(counts[b], lower[b]) || is_emptier(counts[b], lower[b]))
            heights[b] = std::max(0.0, std::log(3.0 * lower[b] / three));
    }
    return heights;
}

// The middle of the longest run of the largest value.
std::size_t middle_of_highest(const std::vector<double>& heights) {
    const double most = *std::ranges::max_element(heights);
    std::size_t middle = 0, longest = 0;
    for (std::size_t first = 0, last = 0; first < heights.size(); first = last + 1) {
        for (last = first; last < heights.size() && heights[last] == most;) ++last;
        if (last - first > longest) longest = last - first, middle = (first + last - 1) / 2;
    }
    return middle;
}

}  // namespace

Wells wells_of(const std::vector<double>& counts) {
    const std::vector<double> lower = shallower_wells(counts);
    Wells found;
    for (std::size_t b = 0; b < counts.size(); ++b) found.seen |= stands_out(counts[b], lower[b]);
    if (!found.seen) return found;
    found.barrier = middle_of_highest(smoothed_heights(counts, lower));
    fill_wells(counts, found);
    return found;
}

}  // namespace kairos::phases
