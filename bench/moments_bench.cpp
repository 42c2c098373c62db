// bench/moments_bench.cpp: moments of the rows of a block per second, and how many times faster than one running update
// per value.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "kairos/measure/moments.hpp"
#include "limits.hpp"

namespace kairos::bench {
namespace {

std::vector<double> waves(std::size_t length) {
    std::vector<double> out(length);
    for (std::size_t i = 0; i < length; ++i) {
        out[i] = 3.0 + std::sin(static_cast<double>(i));
    }
    return out;
}

// The textbook way: one value at a time (Welford 1962, extended to four moments).
measure::Moments running(const std::vector<double>& values) {
    measure::Moments out;
    for (const double v : values) {
        measure::Moments one;
        one.count = 1;
        one.mean = one.minimum = one.maximum = v;
        out.merge(one);
    }
    return out;
}

void moments_of_rows(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0)), stride = count + measure::rows_padding;
    const std::vector<double> values = waves(stride * measure::rows_together);
    const auto length = static_cast<double>(count * measure::rows_together);
    const auto fast = [&] {
        auto out = measure::moments_of_rows(values.data(), stride, count);
        benchmark::DoNotOptimize(out);
    };
    const auto plain = [&] {
        measure::Moments out = running(values);
        benchmark::DoNotOptimize(out);
    };
    for (auto _ : state) {
        fast();
    }
    const double all = length * static_cast<double>(state.iterations());
    state.counters["rate"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
    state.counters["over_running"] = best_rate(length, fast) / best_rate(length, plain);
}
BENCHMARK(moments_of_rows)->Arg(8)->Arg(64)->Arg(256)->Arg(4096);

void merge(benchmark::State& state) {
    const measure::Moments part = measure::moments_of(waves(1000));
    measure::Moments all;
    for (auto _ : state) {
        all.merge(part);
        benchmark::DoNotOptimize(all);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(merge);

}  // namespace
}  // namespace kairos::bench
