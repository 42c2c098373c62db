// tests/random/noise_test.cpp: every number against Random123 and the formulas of the header, written out
// once more in scalar code.
#include "kairos/random/noise.hpp"

#include <gtest/gtest.h>

#include <Random123/philox.h>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "hwy/targets.h"
#include "kairos/random/vector_math.hpp"

namespace kairos::random {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words random123(const Words& counter, std::uint32_t key0, std::uint32_t key1) {
    const r123::Philox4x32 generator;
    const auto out = generator({{counter[0], counter[1], counter[2], counter[3]}}, {{key0, key1}});
    return {out[0], out[1], out[2], out[3]};
}

// The bits of key and counter, as the header lists them.
Words words_of(const Stream& stream, std::uint64_t trajectory, std::uint32_t step, std::uint32_t word0) {
    const auto low = static_cast<std::uint32_t>(trajectory & 0xFFFFFFFFu);
    const auto high = static_cast<std::uint32_t>(trajectory >> 32);
    const std::uint32_t word3 =
        (high << 16) + (std::uint32_t{stream.copy} << 8) + static_cast<std::uint32_t>(stream.purpose);
    return random123({word0, step, low, word3}, static_cast<std::uint32_t>(stream.seed & 0xFFFFFFFFu),
                     static_cast<std::uint32_t>(stream.seed >> 32));
}

double uniform_of(std::uint32_t low, std::uint32_t high) {
    const std::uint64_t k = (std::uint64_t{high} * 4294967296u + low) / 4096u;
    return static_cast<double>(2 * k + 1) * 0x1p-53;
}

double uniform_of(std::uint32_t word) { return static_cast<double>(2 * std::uint64_t{word} + 1) * 0x1p-33; }

double radius_of(const Words& w) { return std::sqrt(-2.0 * std::log(uniform_of(w[0], w[1]))); }

std::vector<double> uniforms(const Stream& stream, std::uint64_t first, std::uint32_t step, std::size_t count,
                             std::uint32_t component = 0) {
    std::vector<double> out(count);
    fill_uniforms(stream, TrajectoryId{first}, StepId{step}, out, component);
    return out;
}

Rows normals(const Stream& stream, std::uint64_t first, std::uint32_t step, std::uint32_t first_component,
             Index rows, Index columns) {
    Rows out = Rows::Constant(rows, columns, std::numeric_limits<double>::quiet_NaN());
    fill_normals(stream, TrajectoryId{first}, StepId{step}, first_component, out);
    return out;
}

std::vector<double> chi_squared(const Stream& stream, std::uint64_t first, std::uint32_t step, double degrees,
                                std::size_t count) {
    std::vector<double> out(count);
    fill_chi_squared(stream, TrajectoryId{first}, StepId{step}, degrees, out);
    return out;
}

TEST(Noise, Random123GivesThePublishedKnownAnswers) {
    EXPECT_EQ(random123({0, 0, 0, 0}, 0, 0), (Words{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}));
    EXPECT_EQ(random123({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu}, 0xffffffffu, 0xffffffffu),
              (Words{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}));
    EXPECT_EQ(random123({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, 0xa4093822u, 0x299f31d0u),
              (Words{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}));
}

// Exact, and at random places all over the key and the counter.
TEST(Noise, UniformsHaveTheBitsOfRandom123) {
    std::mt19937_64 places(1);
    for (int trial = 0; trial < 2000; ++trial) {
        const Stream stream{places(), static_cast<Purpose>(places() & 0xFF),
                            static_cast<std::uint8_t>(places() & 0xFF)};
        const std::uint64_t first = places() % ((std::uint64_t{1} << 48) - 16);
        const auto step = static_cast<std::uint32_t>(places());
        const auto component = static_cast<std::uint32_t>(places());
        for (const std::uint32_t c : {0u, component}) {
            const std::vector<double> out = uniforms(stream, first, step, 11, c);
            for (std::size_t j = 0; j < out.size(); ++j) {
                const Words w = words_of(stream, first + j, step, c);
                ASSERT_EQ(out[j], uniform_of(w[0], w[1])) << "trial " << trial << ", place " << j;
            }
        }
    }
}

TEST(Noise, NormalsAreBoxMullerOfTheWords) {
    std::mt19937_64 places(2);
    for (int trial = 0; trial < 500; ++trial) {
        const Stream stream{places(), Purpose::clone_step, static_cast<std::uint8_t>(trial & 0xFF)};
        const std::uint64_t first = places() & 0xFFFFFFFFFFF0u;
        const auto step = static_cast<std::uint32_t>(places());
        const auto pair = static_cast<std::uint32_t>(places() % 1000000000u);
        const Rows out = normals(stream, first, step, 2 * pair, 6, 13);
        for (Index j = 0; j < out.cols(); ++j) {
            for (Index i = 0; i < out.rows(); i += 2) {
                const Words w = words_of(stream, first + static_cast<std::uint64_t>(j), step,
                                         pair + static_cast<std::uint32_t>(i / 2));
                const double r = radius_of(w);
                const double angle = 2.0 * std::numbers::pi * uniform_of(w[2], w[3]);
                // 2 pi u of the reference is rounded: up to 4.5e-16 in the angle
                ASSERT_NEAR(out(i, j), r * std::cos(angle), 2e-15 * r);
                ASSERT_NEAR(out(i + 1, j), r * std::sin(angle), 2e-15 * r);
            }
        }
    }
}

// The attempts of Marsaglia and Tsang one by one, in long double.
double chi_squared_of(const Stream& stream, std::uint64_t trajectory, std::uint32_t step, double degrees) {
    const long double shape = static_cast<long double>(degrees) / 2;
    const long double d = (shape < 1 ? shape + 1 : shape) - 1.0L / 3;
    for (std::uint32_t attempt = 0;; ++attempt) {
        const Words w = words_of(stream, trajectory, step, attempt);
        const double x = radius_of(w) * std::cos(2.0 * std::numbers::pi * uniform_of(w[2]));
        const long double v = std::pow(1 + x / std::sqrt(9 * d), 3.0L);
        if (v > 0 && std::log(uniform_of(w[3])) < 0.5L * x * x + d * (1 - v + std::log(v))) {
            const Words b = words_of(stream, trajectory, step, 0xFFFFFFFFu);
            const long double boost =
                shape < 1 ? std::pow(static_cast<long double>(uniform_of(b[0], b[1])), 1 / shape) : 1;
            return static_cast<double>(2 * boost * d * v);
        }
    }
}

TEST(Noise, ChiSquaredFollowsItsAttempts) {
    const Stream stream{77, Purpose::radial, 3};
    for (const double degrees : {0.02, 0.5, 1.0, 1.9, 2.0, 3.0, 10.0, 1023.0, 1e6}) {
        const std::vector<double> out = chi_squared(stream, 4294967000u, 5, degrees, 1003);
        for (std::size_t j = 0; j < out.size(); ++j) {
            const double expected = chi_squared_of(stream, 4294967000u + j, 5, degrees);
            ASSERT_NEAR(out[j], expected, 1e-12 * expected) << "degrees " << degrees << ", place " << j;
        }
    }
}

TEST(Noise, NormalsDoNotDependOnTheBlockTheyAreDrawnIn) {
    const Stream stream{123456789, Purpose::transition, 0};
    constexpr std::uint64_t origin =
        (std::uint64_t{1} << 32) - 20;  // the low word of the trajectory overflows on the way
    const Rows whole = normals(stream, origin, 9, 0, 9, 67);
    for (Index from = 0; from < 20; ++from) {
        for (const Index count : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 47}) {
            for (const Index row : {0, 2, 4}) {
                for (const Index rows : {1, 2, 3, 4, 5}) {
                    const Rows part = normals(stream, origin + static_cast<std::uint64_t>(from), 9,
                                              static_cast<std::uint32_t>(row), rows, count);
                    ASSERT_EQ(part, whole.block(row, from, rows, count))
                        << from << " " << count << " " << row << " " << rows;
                }
            }
        }
    }
}

// Few trajectories with many components fill the lanes the other way round.
TEST(Noise, TallBlocksHoldTheSameNormalsAsWideOnes) {
    const Stream stream{5, Purpose::data_sample, 0};
    for (const Index rows : {1, 2, 3, 15, 16, 17, 18, 33, 100, 101}) {
        Rows wide(rows, 64);
        fill_normals(stream, TrajectoryId{7}, StepId{0}, 0, wide);
        for (const Index columns : {1, 2, 3, 5}) {
            const Rows tall = normals(stream, 7, 0, 0, rows, columns);
            ASSERT_EQ(tall, wide.leftCols(columns)) << rows << " x " << columns;
        }
    }
}

TEST(Noise, NormalsWriteNothingOutsideTheirBlock) {
    const Stream stream{5, Purpose::transition, 0};
    for (const Index rows : {1, 2, 3, 17, 40}) {
        for (const Index columns : {1, 3, 8, 21}) {
            Rows frame = Rows::Constant(rows + 2, columns + 5, -7.0);
            fill_normals(stream, TrajectoryId{0}, StepId{0}, 0, frame.block(1, 2, rows, columns));
            ASSERT_EQ(frame.block(1, 2, rows, columns), normals(stream, 0, 0, 0, rows, columns));
            frame.block(1, 2, rows, columns).setConstant(-7.0);
            ASSERT_TRUE((frame.array() == -7.0).all()) << rows << " x " << columns;
        }
    }
}

TEST(Noise, UniformsAndChiSquaredDoNotDependOnTheBlockTheyAreDrawnIn) {
    const Stream stream{42, Purpose::radial, 1};
    constexpr std::size_t all = 90;
    const std::vector<double> u = uniforms(stream, 1000, 2, all);
    for (const double degrees : {0.3, 1.0, 5.0, 1e9}) {
        const std::vector<double> chi2 = chi_squared(stream, 1000, 2, degrees, all);
        for (std::size_t from = 0; from < 20; ++from) {
            for (const std::size_t count :
                 {std::size_t{1}, std::size_t{3}, std::size_t{8}, std::size_t{13}, std::size_t{64}}) {
                const std::vector<double> some_u = uniforms(stream, 1000 + from, 2, count);
                const std::vector<double> some_chi2 = chi_squared(stream, 1000 + from, 2, degrees, count);
                for (std::size_t j = 0; j < count; ++j) {
                    ASSERT_EQ(some_u[j], u[from + j]);
                    ASSERT_EQ(some_chi2[j], chi2[from + j]) << "degrees " << degrees;
                }
            }
        }
    }
}

TEST(Noise, EmptyBlocksAreLeftAlone) {
    Rows none(0, 5), nobody(5, 0);
    fill_normals({}, TrajectoryId{0}, StepId{0}, 0, none);
    fill_normals({}, TrajectoryId{0}, StepId{0}, 0, nobody);
    fill_uniforms({}, TrajectoryId{0}, StepId{0}, {});
    fill_chi_squared({}, TrajectoryId{0}, StepId{0}, 3.0, {});
    SUCCEED();
}

// Same bits with fused multiply-add, last bits apart without.
TEST(Noise, EveryInstructionSetGivesTheSameNumbers) {
    const Stream stream{2024, Purpose::radial, 2};
    const Rows z = normals(stream, 3, 1, 0, 7, 203);
    const std::vector<double> u = uniforms(stream, 3, 1, 203);
    const std::vector<double> small = chi_squared(stream, 3, 1, 0.7, 203),
                              large = chi_squared(stream, 3, 1, 50.0, 203);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        SCOPED_TRACE(hwy::TargetName(target));
        ASSERT_STREQ(dispatch_target(), hwy::TargetName(target));
        const Rows z2 = normals(stream, 3, 1, 0, 7, 203);
        EXPECT_EQ(uniforms(stream, 3, 1, 203), u);
        EXPECT_LT((z2 - z).cwiseAbs().maxCoeff(), 1e-14);
        const std::vector<double> small2 = chi_squared(stream, 3, 1, 0.7, 203),
                                  large2 = chi_squared(stream, 3, 1, 50.0, 203);
        for (std::size_t j = 0; j < u.size(); ++j) {
            EXPECT_NEAR(small2[j], small[j], 1e-12 * small[j]);
            EXPECT_NEAR(large2[j], large[j], 1e-12 * large[j]);
        }
        if (target == HWY_AVX2 || target == HWY_AVX3) {
            EXPECT_EQ(z2, z);
            EXPECT_EQ(small2, small);
            EXPECT_EQ(large2, large);
        }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

}  // namespace
}  // namespace kairos::random
