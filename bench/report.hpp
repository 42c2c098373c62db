// bench/report.hpp: one benchmark printed as fractions of the limits.
#pragma once
#include <benchmark/benchmark.h>

#include "limits.hpp"

namespace kairos::bench {

// Times `work`, which serves `items` trajectories (or trajectory-steps) a call and cannot do without `demand`.
// Counters: ns_per_item; the shares of the time that products, noise and functions (exp, log) would take at
// their limits; of_limit, their sum.
template <class Work>
void report(benchmark::State& state, double items, const Demand& demand, Work work) {
    for (auto _ : state) {
        work();
        benchmark::ClobberMemory();
    }
    const Shares shares = shares_of(demand, work);
    state.counters["ns_per_item"] = 1e9 * shares.seconds / items;
    const auto print = [&](const char* name, double share) {
        if (share > 0.0) {
            state.counters[name] = share;
        }
    };
    print("products", shares.products);
    print("noise", shares.noise);
    print("functions", shares.functions);
    state.counters["of_limit"] = shares.all();
}

}  // namespace kairos::bench
