#include "kairos/base/aligned.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

namespace kairos {
namespace {

std::uintptr_t address(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

TEST(Aligned, BeginsOnACacheLineWhateverItsSize) {
    for (const std::size_t count : {1, 7, 100, 100000, 3000000}) {
        Aligned<double> values;
        values.reserve(count);
        EXPECT_EQ(address(values.data()) % 64, 0U) << count;
        std::iota(values.data(), values.data() + count, 1.0);
        const auto n = static_cast<double>(count);
        EXPECT_EQ(std::accumulate(values.data(), values.data() + count, 0.0), 0.5 * n * (n + 1.0));
    }
}

TEST(Aligned, KeepsItsMemoryUntilItMustGrow) {
    Aligned<float> values;
    values.reserve(1000);
    const float* const before = values.data();
    values.data()[999] = 5.0F;
    values.reserve(10);
    values.reserve(1000);
    EXPECT_EQ(values.data(), before);
    EXPECT_EQ(values.data()[999], 5.0F);
}

// Advice changes no byte, wherever the memory begins and ends.
TEST(Aligned, AskingForLargePagesLosesNothing) {
    std::vector<unsigned char> bytes((5U << 20U) + 123);
    std::iota(bytes.begin(), bytes.end(), static_cast<unsigned char>(0));
    const std::vector<unsigned char> before = bytes;
    ask_for_large_pages(bytes.data() + 1, bytes.size() - 1);
    ask_for_large_pages(bytes.data(), 10);
    ask_for_large_pages(nullptr, 0);
    EXPECT_EQ(bytes, before);
}

}  // namespace
}  // namespace kairos
