// src/dynamics/quantised.hpp: numbers in steps, small enough that products of many of them add up in 32 bits.
//
//   z^ = s round(z/s),   s = max |z|/Q,   |z^ - z| <= s/2,   Q = 2850
//   |x^.y^ - x.y| <= sqrt(d)/2 (s_x |y| + s_y |x| + sqrt(d)/2 s_x s_y)
//
// A chunk of 132 pairs of coordinates: 264 Q^2 < 2^31, so that sums are exact. A pair shares 32 bits, the even coordinate in the lower half:
// processors multiply 16-bit numbers pair by pair. Source: docs/performance.md, "Screening".
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "packed_tile.hpp"

namespace kairos::dynamics {

inline constexpr double most_steps_of_number = 2850.0;  // Q
static_assert(2.0 * static_cast<double>(most_of_chunk<NumberPair>) * most_steps_of_number *
                  most_steps_of_number <
              std::numeric_limits<std::int32_t>::max());

// s, for numbers up to `largest`; 0, which makes all of them 0, where 1/s overflows or a number is not finite.
[[nodiscard]] inline double step_for(double largest) {
    const double step = largest / most_steps_of_number;
    return std::isfinite(step) && step > std::numeric_limits<double>::min() ? step : 0.0;
}
[[nodiscard]] inline double per_step(double step) { return step > 0.0 ? 1.0 / step : 0.0; }

// Rounds both. Adding 1.5 2^52 leaves a number's steps in the last bits.
[[nodiscard]] inline NumberPair pair_of(double even, double odd, double steps) {
    constexpr double shift = 0x1.8p52;
    const auto low = std::bit_cast<std::uint64_t>(even * steps + shift);
    const auto high = std::bit_cast<std::uint64_t>(odd * steps + shift);
    return static_cast<NumberPair>(static_cast<std::uint32_t>((low & 0xffffU) | high << 16U));
}

// The bound above; what is too small for a step adds nothing that a double could hold beside it.
[[nodiscard]] double quantisation_error(double step_x, double norm_x, double step_y, double norm_y,
                                        double coordinates);

// factor times the states in panels of `rows` rows of pairs, every lane in steps of its own, [lane].
void quantise_panels(const Rows& states, double factor, Index rows, std::vector<double>& steps,
                     Aligned<NumberPair>& panels);

}  // namespace kairos::dynamics
