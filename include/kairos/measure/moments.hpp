// include/kairos/measure/moments.hpp: count, mean and central moment sums of a set of numbers; they add and
// merge, nothing else.
//
//   m2 = sum (v - mean)^2,   m3 = sum (v - mean)^3,   m4 = sum (v - mean)^4
//
// Equal values have m2 = m3 = m4 = 0 exactly; a NaN among the values makes mean, m2, m3, m4, minimum and
// maximum NaN. An empty set is the identity of merge. Central sums keep a relative accuracy of about 1e-16 |mean|/(standard deviation).
//
// Merging is not associative in floating point: whoever folds fixes the order. Here numbers are merged in a tree,
//
//   tree of n:  the first 2^k of them, 2^k < n <= 2^(k+1), merged with the tree of the rest;  n = 1: the number itself
//
// so that the first 2^k and the next 2^k, merged, have the bits of all 2^(k+1) together: small batches can become larger ones after the fact
// (TreeFold goes on with the same tree). Source: Chan, Golub, LeVeque 1979 (merging, pairwise); Pebay, SAND2008-6212.
#pragma once
#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace kairos::measure {

struct Moments {
    double count = 0, mean = 0, m2 = 0, m3 = 0, m4 = 0;
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -std::numeric_limits<double>::infinity();

    void merge(const Moments& other);
};

// By the tree, with the same bits on every instruction set.
[[nodiscard]] Moments moments_of(std::span<const double> values);

// Of several rows of as many numbers, which cost little more than one of them. Row k begins at rows + k stride; numbers up to `rows_padding` places
// beyond its end are read, and not used.
inline constexpr std::size_t rows_together = 8, rows_padding = 8;
[[nodiscard]] std::array<Moments, rows_together> moments_of_rows(const double* rows, std::size_t stride,
                                                                 std::size_t count);

}  // namespace kairos::measure
