// include/kairos/random/dispatch.hpp: which instruction sets vectorised code may enter.
//
//   amx       the best that the processor has (the default): matrix tiles of 8-bit numbers beside AVX-512
//   avx512    no matrix tiles
//   avx2      nothing beyond AVX2 with fused multiply-add
//   portable  nothing beyond the instructions that every processor of this kind has
//
// A level only forbids: what the processor lacks is never entered, whatever is asked for. To be called before vectorised code runs.
// Errors: ConfigError for another name.
#pragma once
#include <string>

namespace kairos::random {

// Name of the environment variable that holds a level.
inline constexpr const char* dispatch_variable = "KAIROS_SIMD";

void limit_dispatch(const std::string& level);
// Whether tiles of 8-bit numbers may be multiplied (AMX-INT8): the processor can, the operating system grants it, no level forbids it.
[[nodiscard]] bool matrix_tiles_allowed();
// From the environment variable; nothing where it is absent or empty.
void limit_dispatch_by_environment();

}  // namespace kairos::random
