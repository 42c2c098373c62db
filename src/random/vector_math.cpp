// src/random/vector_math.cpp: whole vectors through math-inl.hpp; the last one is padded, so every value
// meets the same instructions.
#include "kairos/random/vector_math.hpp"

#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/random/vector_math.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"
#include "math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::random::HWY_NAMESPACE {

template <class Number, class Function>
HWY_INLINE void map(const Number* in, Number* out, std::size_t count, Function function) {
    const hn::ScalableTag<Number> real;
    const std::size_t lanes = hn::Lanes(real);
    std::size_t start = 0;
    for (; start + lanes <= count; start += lanes) {
        hn::StoreU(function(hn::LoadU(real, in + start)), real, out + start);
    }
    if (start == count) {
        return;
    }
    HWY_ALIGN Number scratch[HWY_MAX_BYTES / sizeof(Number)] = {};
    for (std::size_t i = start; i < count; ++i) {
        scratch[i - start] = in[i];
    }
    hn::Store(function(hn::Load(real, scratch)), real, scratch);
    for (std::size_t i = start; i < count; ++i) {
        out[i] = scratch[i - start];
    }
}

void exps(const double* in, double* out, std::size_t count) {
    map(in, out, count, [](Real x) HWY_ATTR { return exp_of_any(x); });
}

void logs(const double* in, double* out, std::size_t count) {
    map(in, out, count, [](Real x) HWY_ATTR { return log_of_any(x); });
}

void flushed_exps(const double* in, double* out, std::size_t count) {
    map(in, out, count, [](Real x) HWY_ATTR { return exp_flushed(x); });
}

void flushed_exps_float(const float* in, float* out, std::size_t count) {
    map(in, out, count, [](Float x) HWY_ATTR { return exp_flushed(x); });
}

const char* target_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace kairos::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::random {

HWY_EXPORT(exps);
HWY_EXPORT(logs);
HWY_EXPORT(flushed_exps);
HWY_EXPORT(flushed_exps_float);
HWY_EXPORT(target_name);

void exp_of(std::span<const double> in, std::span<double> out) {
    assert(in.size() == out.size());
    HWY_DYNAMIC_DISPATCH(exps)(in.data(), out.data(), in.size());
}

void log_of(std::span<const double> in, std::span<double> out) {
    assert(in.size() == out.size());
    HWY_DYNAMIC_DISPATCH(logs)(in.data(), out.data(), in.size());
}

void flushed_exp_of(std::span<const double> in, std::span<double> out) {
    assert(in.size() == out.size());
    HWY_DYNAMIC_DISPATCH(flushed_exps)(in.data(), out.data(), in.size());
}

void flushed_exp_of(std::span<const float> in, std::span<float> out) {
    assert(in.size() == out.size());
    HWY_DYNAMIC_DISPATCH(flushed_exps_float)(in.data(), out.data(), in.size());
}

const char* dispatch_target() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

}  // namespace kairos::random
#endif
