// Levels forbid and never add: what runs under each is among what the processor has.
#include "kairos/random/dispatch.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "kairos/base/error.hpp"
#include "kairos/random/vector_math.hpp"

namespace kairos::random {
namespace {

class Dispatch : public testing::Test {
protected:
    void TearDown() override {
        unsetenv(dispatch_variable);
        limit_dispatch("amx");
    }
};

TEST_F(Dispatch, LevelsForbidAndNeverAdd) {
    limit_dispatch("amx");
    const std::string widest = dispatch_target();
    const bool tiles = matrix_tiles_allowed();
    limit_dispatch("avx512");
    EXPECT_FALSE(matrix_tiles_allowed());
    EXPECT_EQ(dispatch_target(), widest);
    limit_dispatch("avx2");
    EXPECT_FALSE(matrix_tiles_allowed());
    EXPECT_FALSE(std::string(dispatch_target()).starts_with("AVX3"));
    EXPECT_TRUE(std::string(dispatch_target()) == "AVX2" || dispatch_target() == widest);
    limit_dispatch("portable");
    EXPECT_FALSE(std::string(dispatch_target()).starts_with("AVX"));
    EXPECT_NE(dispatch_target(), std::string("SSE4"));
    EXPECT_FALSE(matrix_tiles_allowed());
    limit_dispatch("amx");
    EXPECT_EQ(dispatch_target(), widest);
    EXPECT_EQ(matrix_tiles_allowed(), tiles);
}

TEST_F(Dispatch, IsReadFromTheEnvironment) {
    const std::string widest = dispatch_target();
    limit_dispatch_by_environment();
    EXPECT_EQ(dispatch_target(), widest);
    setenv(dispatch_variable, "portable", 1);
    limit_dispatch_by_environment();
    EXPECT_FALSE(std::string(dispatch_target()).starts_with("AVX"));
}

TEST_F(Dispatch, OtherNamesAreRefused) {
    try {
        limit_dispatch("avx1024");
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.key, "KAIROS_SIMD");
        EXPECT_EQ(error.value, "avx1024");
        EXPECT_EQ(error.allowed, "amx | avx512 | avx2 | portable");
    }
}

}  // namespace
}  // namespace kairos::random
