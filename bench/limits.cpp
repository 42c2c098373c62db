// bench/limits.cpp: the multiply-add loop is compiled for every instruction set and dispatched as the
// program's own kernels are.
#include "limits.hpp"

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <vector>

#include "kairos/random/noise.hpp"
#include "kairos/random/vector_math.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../bench/limits.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::bench::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Twelve chains cover the latency of two units and leave registers for the factors where there are sixteen.
// Returns the operations done; the results go to `sink`, so that the loop is not empty.
double multiply_add(std::size_t rounds, double* sink) {
    constexpr std::size_t chains = 12;
    const hn::ScalableTag<double> tag;
    const auto factor = hn::Set(tag, *sink);
    const auto addend = hn::Set(tag, 1e-9);
    hn::Vec<decltype(tag)> x[chains];
    for (std::size_t k = 0; k < chains; ++k) {
        x[k] = hn::Set(tag, static_cast<double>(k));
    }
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t k = 0; k < chains; ++k) {
            x[k] = hn::MulAdd(x[k], factor, addend);
        }
    }
    auto sum = x[0];
    for (std::size_t k = 1; k < chains; ++k) {
        sum = hn::Add(sum, x[k]);
    }
    *sink += 1e-30 * hn::GetLane(sum);
    return 2.0 * static_cast<double>(chains * hn::Lanes(tag) * rounds);
}

}  // namespace kairos::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::bench {

HWY_EXPORT(multiply_add);

namespace {

// Of the processor: time in which others ran on the core does not count.
double processor_seconds() { return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC); }

// Returns the operations done, in a few tens of microseconds.
double multiply_adds() {
    constexpr std::size_t rounds = 20000;
    static double sink = 0.999;
    return HWY_DYNAMIC_DISPATCH(multiply_add)(rounds, &sink);
}

double seconds_of(const std::function<void()>& work, std::size_t calls) {
    const double start = processor_seconds();
    for (std::size_t call = 0; call < calls; ++call) {
        work();
    }
    return processor_seconds() - start;
}

}  // namespace

// The clock is read only at both ends of a run: a reading takes as long as a whole call of the shortest kernels,
// and a limit that pays for it comes out too low.
double best_rate(double items, const std::function<void()>& work, int runs) {
    constexpr double least = 1e-3;
    std::size_t calls = 1;
    while (seconds_of(work, calls) < least) {
        calls *= 2;
    }
    double best = 0.0;
    for (int run = 0; run < runs; ++run) {
        best = std::max(best, items * static_cast<double>(calls) / seconds_of(work, calls));
    }
    return best;
}

void LimitBeside::follow(double seconds_of_work) {
    const double least = std::max(1e-3, seconds_of_work / 3);
    const double start = processor_seconds();
    double taken = 0.0;
    while (taken < least) {
        constexpr int calls = 16;  // half a millisecond: the clock is read seldom
        for (int call = 0; call < calls; ++call) operations_ += multiply_adds();
        taken = processor_seconds() - start;
    }
    seconds_ += taken;
}

Limits measure_limits(int runs) {
    constexpr std::size_t length = 2048;
    const double operations = multiply_adds();
    Rows block(8, 256);
    std::vector<double> in(length, -1.5), positive(length, 1.5), out(length);
    const auto rate = [runs](double items, const std::function<void()>& work) {
        return best_rate(items, work, runs);
    };
    const random::Stream stream;
    const TrajectoryId first{0};
    const StepId step{0};
    return {
        .flops = rate(operations, [] { multiply_adds(); }),
        .normals = rate(length, [&] { random::fill_normals(stream, first, step, 0, block); }),
        .uniforms = rate(length, [&] { random::fill_uniforms(stream, first, step, out); }),
        .chi_squared = rate(length, [&] { random::fill_chi_squared(stream, first, step, 1000.0, out); }),
        .exps = rate(length, [&] { random::exp_of(in, out); }),
        .logs = rate(length, [&] { random::log_of(positive, out); }),
    };
}

namespace {

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

Shares shares_of(const Demand& demand, const std::function<void()>& work, int rounds) {
    constexpr int runs = 5;
    std::vector<double> seconds, products, noise, functions;
    for (int round = 0; round < rounds; ++round) {
        const Limits limits = measure_limits(runs);
        const double rate = best_rate(1.0, work, runs);
        seconds.push_back(1.0 / rate);
        products.push_back(rate * demand.flops / limits.flops);
        noise.push_back(rate * (demand.normals / limits.normals + demand.uniforms / limits.uniforms +
                                demand.chi_squared / limits.chi_squared));
        functions.push_back(rate * (demand.exps / limits.exps + demand.logs / limits.logs));
    }
    return {median(seconds), median(products), median(noise), median(functions)};
}

}  // namespace kairos::bench
#endif
