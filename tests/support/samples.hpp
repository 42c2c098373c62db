// tests/support/samples.hpp: how many samples a statistical test draws.
//
// The address sanitizer makes code of small matrices many times slower, and looks for errors of memory, which the first
// samples show as well as the last: there a twentieth is drawn. Bounds are in standard errors and follow.
#pragma once
#include "kairos/base/array.hpp"

namespace kairos::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr Index sample_divisor = 20;
#else
inline constexpr Index sample_divisor = 1;
#endif

}  // namespace kairos::test
