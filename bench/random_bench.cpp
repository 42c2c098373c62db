// bench/random_bench.cpp: random numbers and exp per second, one core, in cache; and how many times faster
// than the standard library.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "kairos/random/noise.hpp"
#include "kairos/random/vector_math.hpp"
#include "limits.hpp"

namespace kairos::bench {
namespace {

constexpr std::size_t length = 2048;

// What the standard library does on the same machine in the same minute.
struct Reference {
    double normals, uniforms, exps, logs;
};

template <class Law>
double draws_per_second(Law law) {
    std::mt19937_64 generator(1);
    std::vector<double> out(length);
    return best_rate(length, [&] {
        for (double& x : out) {
            x = law(generator);
        }
        benchmark::DoNotOptimize(out.data());
    });
}

template <class Function>
double values_per_second(Function function) {
    std::vector<double> in(length), out(length);
    for (std::size_t i = 0; i < length; ++i) {
        in[i] = 0.01 * static_cast<double>(i + 1);
    }
    return best_rate(length, [&] {
        for (std::size_t i = 0; i < length; ++i) {
            out[i] = function(in[i]);
        }
        benchmark::DoNotOptimize(out.data());
    });
}

const Reference& reference() {
    static const Reference measured{draws_per_second(std::normal_distribution<double>()),
                                    draws_per_second(std::uniform_real_distribution<double>()),
                                    values_per_second([](double x) { return std::exp(-x); }),
                                    values_per_second([](double x) { return std::log(x); })};
    return measured;
}

// Times `work`, and sets its best rate against that of the standard library.
template <class Work>
void compare(benchmark::State& state, double items, double standard, Work work) {
    for (auto _ : state) {
        work();
        benchmark::ClobberMemory();
    }
    const double all = items * static_cast<double>(state.iterations());
    state.counters["rate"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
    state.counters["over_standard"] = best_rate(items, work) / standard;
    state.SetLabel(random::dispatch_target());
}

// rows x columns: few rows are a block of many trajectories; one column is one trajectory with many
// components.
void normals(benchmark::State& state) {
    Rows block(state.range(0), state.range(1));
    std::uint32_t step = 0;
    compare(state, static_cast<double>(block.size()), reference().normals,
            [&] { random::fill_normals({}, TrajectoryId{0}, StepId{step++}, 0, block); });
}
BENCHMARK(normals)->Args({8, 256})->Args({1, 2048})->Args({2048, 1})->Args({8, 251});

void uniforms(benchmark::State& state) {
    std::vector<double> out(length);
    std::uint32_t step = 0;
    compare(state, length, reference().uniforms,
            [&] { random::fill_uniforms({}, TrajectoryId{0}, StepId{step++}, out); });
}
BENCHMARK(uniforms);

void chi_squared(benchmark::State& state) {
    const double degrees = static_cast<double>(state.range(0)) / 2.0;
    std::vector<double> out(length);
    std::uint32_t step = 0;
    compare(state, length, draws_per_second(std::chi_squared_distribution<double>(degrees)),
            [&] { random::fill_chi_squared({}, TrajectoryId{0}, StepId{step++}, degrees, out); });
}
BENCHMARK(chi_squared)->ArgName("twice_degrees")->Arg(1)->Arg(6)->Arg(2000)->Arg(2000000);

std::vector<double> ramp(double slope) {
    std::vector<double> out(length);
    for (std::size_t i = 0; i < length; ++i) {
        out[i] = slope * static_cast<double>(i + 1);
    }
    return out;
}

void exp_of(benchmark::State& state) {
    const std::vector<double> in = ramp(-0.01);
    std::vector<double> out(length);
    compare(state, length, reference().exps, [&] { random::exp_of(in, out); });
}
BENCHMARK(exp_of);

void log_of(benchmark::State& state) {
    const std::vector<double> in = ramp(0.01);
    std::vector<double> out(length);
    compare(state, length, reference().logs, [&] { random::log_of(in, out); });
}
BENCHMARK(log_of);

// The limits that other programs print fractions of.
void limits(benchmark::State& state) {
    Limits measured{};
    for (auto _ : state) {
        measured = measure_limits();
    }
    state.counters["flops"] = measured.flops;
    state.counters["normals"] = measured.normals;
    state.counters["uniforms"] = measured.uniforms;
    state.counters["chi_squared"] = measured.chi_squared;
    state.counters["exps"] = measured.exps;
    state.counters["logs"] = measured.logs;
}
BENCHMARK(limits)->Iterations(1);

}  // namespace
}  // namespace kairos::bench
