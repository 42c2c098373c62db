// include/kairos/measure/moments.hpp: count, mean and central moment sums of a set of numbers; they add and
// merge, nothing else.
//
//   m2 = sum (v - mean)^2,   m3 = sum (v - mean)^3,   m4 = sum (v - mean)^4
//
// Equal values have m2 = m3 = m4 = 0 exactly; a NaN among the values makes mean, m2, m3, m4, minimum and
// maximum NaN. An empty set is the identity of merge. Merging is not associative in floating point: whoever
// folds fixes the order. Source: Chan, Golub, LeVeque 1979; Pebay, SAND2008-6212.
#pragma once
#include <limits>
#include <span>

namespace kairos::measure {

struct Moments {
    double count = 0, mean = 0, m2 = 0, m3 = 0, m4 = 0;
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -std::numeric_limits<double>::infinity();

    void merge(const Moments& other);
};

// Two passes over a block: mean first, then the central sums; sixteen partial sums each, added in a fixed
// order.
[[nodiscard]] Moments moments_of(std::span<const double> values);

}  // namespace kairos::measure
