// tests/phases/class_brute_force.hpp: averages of a posterior over classes by plain sums over a fine line, written from the
// definitions.
#pragma once
#include <span>

#include "phases/laws.hpp"

namespace kairos::test {

[[nodiscard]] dynamics::TimePoint noised(double alpha, double sigma2);

// Averages of a posterior over classes on a line, written from the definitions; scores[c] of each class at
// this point.
struct ClassReference {
    double mass = 0, entropy = 0, entropy2 = 0, collision = 0, varentropy = 0, spread = 0, surprisal2 = 0,
           score2 = 0;

    void add(double width, std::span<const double> joint, std::span<const double> scores);
};

// Two clusters along m only: the other directions have the same score in both classes.
[[nodiscard]] ClassReference two_clusters_by_brute_force(double mean_norm2, double variance, double weight,
                                                         const dynamics::TimePoint& at);

// Integral over the radius r of R^d: density d-sphere area r^{d-1} (2 pi v)^{-d/2} e^{-r^2/2v}; r = e^q.
[[nodiscard]] ClassReference radial_by_brute_force(const law::Mixture& mixture,
                                                   const dynamics::TimePoint& at);

// Central differences with one Richardson step: error O(h^4).
template <class F>
double slope(const F& f, double t, double h) {
    const auto central = [&](double step) { return (f(t + step) - f(t - step)) / (2 * step); };
    return (4.0 * central(h) - central(2 * h)) / 3.0;
}

}  // namespace kairos::test
