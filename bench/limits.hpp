// bench/limits.hpp: what this machine can do at most, measured in the process that prints a fraction of it.
//
// Clock rates and neighbours change from minute to minute, so absolute figures wander; a ratio inside one
// process does not. Every limit is the best of many short runs on one core, in cache. Units: per second.
#pragma once
#include <functional>

namespace kairos::bench {

struct Limits {
    double flops;    // fused multiply-adds in doubles, two operations each: independent chains, no memory
    double normals;  // random::fill_normals
    double exps;     // random::exp_of
};

// Measures them all, about 0.2 s.
[[nodiscard]] Limits measure_limits();

// Items per second of `work`, which does `items` of them per call: the best of `runs` runs of at least a
// millisecond each.
[[nodiscard]] double best_rate(double items, const std::function<void()>& work, int runs = 25);

}  // namespace kairos::bench
