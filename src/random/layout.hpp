// src/random/layout.hpp: a draw as bits of key and counter (the table stands in noise.hpp), and what a block
// of draws needs.
#pragma once
#include <cstdint>

#include "kairos/random/noise.hpp"

namespace kairos::random {

struct Layout {
    std::uint32_t key0, key1;
    std::uint32_t step;   // counter word 1
    std::uint32_t tag;    // the low 16 bits of counter word 3: purpose and copy
    std::uint64_t first;  // first trajectory: counter word 2 and the high half of word 3
};

inline constexpr std::uint64_t trajectory_limit = std::uint64_t{1} << 48;

// Counter word 0 of the uniform that boosts shapes below 1: no attempt has this number.
inline constexpr std::uint32_t boost_attempt = 0xFFFFFFFFu;

inline Layout layout_of(const Stream& stream, TrajectoryId first, StepId step) {
    return {static_cast<std::uint32_t>(stream.seed), static_cast<std::uint32_t>(stream.seed >> 32),
            number(step),
            static_cast<std::uint32_t>(stream.purpose) | static_cast<std::uint32_t>(stream.copy) << 8,
            number(first)};
}

// rows x columns of normals; row i begins at data + i * stride.
struct NormalBlock {
    double* data;
    std::int64_t stride, rows, columns;
    std::uint32_t first_pair;
};

// Marsaglia and Tsang: 2 boost d v with v = (1 + c x)^3, x normal; for a shape below 1 boost = U^(1/shape),
// else 1.
struct ChiSquaredShape {
    double d, c;
    double inverse_shape;  // 0: no boost
};

}  // namespace kairos::random
