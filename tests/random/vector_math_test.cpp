// tests/random/vector_math_test.cpp: exp and log against long double, in units of the last place of the
// result.
#include "kairos/random/vector_math.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "hwy/targets.h"

namespace kairos::random {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double smallest = std::numeric_limits<double>::denorm_min();

std::vector<double> exps(const std::vector<double>& in) {
    std::vector<double> out(in.size());
    exp_of(in, out);
    return out;
}

std::vector<double> logs(const std::vector<double>& in) {
    std::vector<double> out(in.size());
    log_of(in, out);
    return out;
}

// Spacing of doubles at the magnitude of y (of subnormals: the smallest number).
long double last_place(long double y) {
    if (std::abs(y) < 0x1p-1022L) {
        return smallest;
    }
    return std::ldexp(1.0L, std::ilogb(y) - 52);
}

using Function = std::function<std::vector<double>(const std::vector<double>&)>;

void expect_below_4_ulp(const std::vector<double>& in, const Function& fast,
                        long double (*exact)(long double), const std::string& what) {
    const std::vector<double> out = fast(in);
    long double worst = 0.0L;
    double where = 0.0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const long double expected = exact(in[i]);
        const long double error =
            std::abs(static_cast<long double>(out[i]) - expected) / last_place(expected);
        if (!(error <= worst)) {
            worst = error;
            where = in[i];
        }
    }
    EXPECT_LT(worst, 4.0L) << what << " at " << where;
}

long double exact_exp(long double x) { return std::exp(x); }
long double exact_log(long double x) { return std::log(x); }

std::vector<double> evenly(double low, double high, std::size_t count) {
    std::vector<double> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = low + (high - low) * static_cast<double>(i) / static_cast<double>(count - 1);
    }
    return out;
}

void expect_accurate_exp() {
    expect_below_4_ulp(evenly(-708.0, 709.78, 400003), exps, exact_exp, "exp, normal results");
    expect_below_4_ulp(evenly(-745.13, -708.0, 100003), exps, exact_exp, "exp, subnormal results");
    expect_below_4_ulp(evenly(-1.0, 1.0, 100003), exps, exact_exp, "exp near 0");
    std::vector<double> tiny;
    for (int e = -1074; e < 0; ++e) {
        tiny.push_back(std::ldexp(1.0, e));
        tiny.push_back(-std::ldexp(1.0, e));
    }
    expect_below_4_ulp(tiny, exps, exact_exp, "exp of tiny numbers");
}

void expect_accurate_log() {
    std::mt19937_64 bits(3);
    std::vector<double> anywhere(400003), subnormal(100003), near_one(100003);
    for (double& x : anywhere) {
        x = std::bit_cast<double>(bits() % 0x7FF0000000000000u);
    }
    for (double& x : subnormal) {
        x = std::bit_cast<double>(1 + (bits() % 0x000FFFFFFFFFFFFFu >> bits() % 52));
    }
    for (double& x : near_one) {
        x = 1.0 +
            std::ldexp(static_cast<double>(bits() % 2000001) * 1e-6 - 1.0, -static_cast<int>(bits() % 52));
    }
    std::erase(near_one, 0.0);
    std::erase(near_one, 1.0);
    expect_below_4_ulp(anywhere, logs, exact_log, "log");
    expect_below_4_ulp(subnormal, logs, exact_log, "log of subnormals");
    expect_below_4_ulp(near_one, logs, exact_log, "log near 1");
    expect_below_4_ulp(evenly(0.4, 3.0, 300000), logs, exact_log, "log across the seams of the reduction");
}

std::vector<double> flushed_exps(const std::vector<double>& in) {
    std::vector<double> out(in.size());
    flushed_exp_of(in, out);
    return out;
}

// Single precision, in units of its last place: 2^-23 of the power of two below the result.
void expect_accurate_float_exp(float low, float high, std::size_t count) {
    std::vector<float> in(count), out(count);
    for (std::size_t i = 0; i < count; ++i) {
        in[i] = low + (high - low) * static_cast<float>(i) / static_cast<float>(count - 1);
    }
    flushed_exp_of(in, out);
    double worst = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        const double expected = std::exp(static_cast<double>(in[i]));
        const double place = std::ldexp(1.0, std::ilogb(expected) - 23);
        worst = std::max(worst, std::abs(static_cast<double>(out[i]) - expected) / place);
    }
    EXPECT_LT(worst, 2.0) << low << " to " << high;
}

void expect_accurate_flushed_exp() {
    expect_below_4_ulp(evenly(-708.0, 709.0, 400003), flushed_exps, exact_exp, "flushed exp");
    expect_below_4_ulp(evenly(-1.0, 1.0, 100003), flushed_exps, exact_exp, "flushed exp near 0");
    EXPECT_EQ(flushed_exps({-708.001, -1e6, 0.0}), (std::vector{0.0, 0.0, 1.0}));
    expect_accurate_float_exp(-86.5f, 88.0f, 3000017);
    expect_accurate_float_exp(-1.0f, 1.0f, 3000017);
    const std::vector<float> in{-86.51f, -1e6f, 0.0f};
    std::vector<float> out(3);
    flushed_exp_of(in, out);
    EXPECT_EQ(out, (std::vector{0.0f, 0.0f, 1.0f}));
}

TEST(VectorMath, FlushedExpIsAccurateAndEndsInZero) { expect_accurate_flushed_exp(); }

TEST(VectorMath, ExpIsAccurateOverItsWholeRange) { expect_accurate_exp(); }

TEST(VectorMath, LogIsAccurateOverItsWholeRange) { expect_accurate_log(); }

TEST(VectorMath, EveryInstructionSetIsAccurate) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        SCOPED_TRACE(hwy::TargetName(target));
        EXPECT_STREQ(dispatch_target(), hwy::TargetName(target));
        expect_accurate_exp();
        expect_accurate_log();
        expect_accurate_flushed_exp();
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

TEST(VectorMath, ExpIsRightAtItsEdges) {
    const std::vector<double> in{0.0,  -0.0,   -infinity, infinity, -745.0, -745.14, -746.0,
                                 -1e5, -1e300, 709.7,     709.79,   1e5,    1e300};
    const std::vector<double> out = exps(in);
    const std::vector<double> expected{
        1.0, 1.0, 0.0, infinity, smallest, 0.0, 0.0, 0.0, 0.0, std::exp(709.7), infinity, infinity, infinity};
    for (std::size_t i = 0; i < in.size(); ++i) {
        EXPECT_DOUBLE_EQ(out[i], expected[i]) << "exp(" << in[i] << ")";
    }
    EXPECT_TRUE(std::isnan(exps({std::numeric_limits<double>::quiet_NaN()})[0]));
}

TEST(VectorMath, LogIsRightAtItsEdges) {
    const std::vector<double> in{1.0,      0.0, -0.0, infinity, smallest, std::numeric_limits<double>::max(),
                                 0x1p-1022};
    const std::vector<double> out = logs(in);
    for (std::size_t i = 0; i < in.size(); ++i) {
        EXPECT_DOUBLE_EQ(out[i], std::log(in[i])) << "log(" << in[i] << ")";
    }
    EXPECT_EQ(out[0], 0.0);
    EXPECT_EQ(out[1], -infinity);
    for (const double bad : {-1.0, -smallest, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_TRUE(std::isnan(logs({bad})[0])) << bad;
    }
}

TEST(VectorMath, AValueDoesNotDependOnItsPlaceOrOnTheLength) {
    const std::vector<double> in = evenly(0.001, 20.0, 100);
    const std::vector<double> exp_whole = exps(in), log_whole = logs(in);
    for (std::size_t from = 0; from < 20; ++from) {
        for (std::size_t count = 0; count < 40; ++count) {
            const std::vector<double> part(in.begin() + static_cast<std::ptrdiff_t>(from),
                                           in.begin() + static_cast<std::ptrdiff_t>(from + count));
            const std::vector<double> exp_part = exps(part), log_part = logs(part);
            for (std::size_t i = 0; i < count; ++i) {
                ASSERT_EQ(exp_part[i], exp_whole[from + i]);
                ASSERT_EQ(log_part[i], log_whole[from + i]);
            }
        }
    }
}

TEST(VectorMath, WorksInPlace) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{8}, std::size_t{37}}) {
        const std::vector<double> in = evenly(0.5, 3.0, count + 1);
        std::vector<double> exp_here = in, log_here = in;
        exp_of(exp_here, exp_here);
        log_of(log_here, log_here);
        EXPECT_EQ(exp_here, exps(in));
        EXPECT_EQ(log_here, logs(in));
    }
}

TEST(VectorMath, NamesItsInstructionSet) { EXPECT_FALSE(std::string(dispatch_target()).empty()); }

}  // namespace
}  // namespace kairos::random
