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
}

}  // namespace

// For every bin the fullest bins on either side of it.
Wells wells_of(const std::vector<double>& counts) {
    std::vector<double> right(counts.size() + 1, 0.0);
    for (std::size_t b = counts.size(); b-- > 0;) right[b] = std::max(right[b + 1], counts[b]);
    Wells best;
    double left = 0.0, most_significant = significant;
    for (std::size_t b = 0; b < counts.size(); left = std::max(left, counts[b++])) {
        const double lower = std::min(left, right[b + 1]), top = std::max(counts[b], 0.5);
        if (lower <= counts[b]) continue;
        const double height = std::log(lower / top), error = std::sqrt(1.0 / lower + 1.0 / top);
        if (height / error > most_significant) {
            most_significant = height / error;
            best.height = height;
            best.height_error = error;
            best.barrier = b;
        }
    }
    if (best.seen()) fill_wells(counts, best);
    return best;
}

}  // namespace kairos::phases
