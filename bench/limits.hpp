// bench/limits.hpp: what this machine can do at most, measured in the process that prints a fraction of it.
//
// Clock rates and neighbours change from minute to minute, so absolute figures wander; a ratio inside one
// process does not. Every limit is the best of many short runs on one core, in cache. Units: per second.
#pragma once
#include <functional>

namespace kairos::bench {

struct Limits {
    double flops;        // fused multiply-adds in doubles, two operations each: independent chains, no memory
    double normals;      // random::fill_normals
    double uniforms;     // random::fill_uniforms
    double chi_squared;  // random::fill_chi_squared, many degrees of freedom
    double exps;         // random::exp_of
    double logs;         // random::log_of
};

// Measures them all: `runs` runs of a millisecond each.
[[nodiscard]] Limits measure_limits(int runs = 25);

// Multiply-adds as in Limits::flops, alone between the calls of some work: what the core could have done in the same moments. A neighbour that
// takes half of the core from both leaves their ratio as it is, and the best of many short runs does not: it finds the moments without him.
class LimitBeside {
public:
    // Runs for a third of the seconds that the work has just taken, at least a millisecond.
    void follow(double seconds_of_work);
    [[nodiscard]] double flops() const { return operations_ / seconds_; }

private:
    double operations_ = 0, seconds_ = 0;
};

// Items per second of processor time of `work`, which does `items` of them per call: the best of `runs` runs of
// at least a millisecond each.
[[nodiscard]] double best_rate(double items, const std::function<void()>& work, int runs = 25);

// What one call of some work cannot do without.
struct Demand {
    double flops = 0, normals = 0, uniforms = 0, chi_squared = 0, exps = 0, logs = 0;
};

// Seconds that each kind of demand takes at its limit, and their shares of what the work really takes.
struct Shares {
    double seconds;    // of one call
    double products;   // flops at their limit, over seconds
    double noise;      // normals, uniforms and chi^2 at theirs
    double functions;  // exps and logs at theirs
    [[nodiscard]] double all() const { return products + noise + functions; }
};

// Limits and work measured in turn, `rounds` times; every member is the median over the rounds.
[[nodiscard]] Shares shares_of(const Demand& demand, const std::function<void()>& work, int rounds = 9);

}  // namespace kairos::bench
