// tests/support/samples.hpp: how many samples a statistical test draws.
//
// The address sanitizer makes code of small matrices many times slower, and looks for errors of memory, which the first
// samples show as well as the last: there a twentieth is drawn. Bounds are in standard errors and follow.
#pragma once
#include "kairos/base/array.hpp"

extern "C" [[gnu::weak]] void
__asan_init();  // NOLINT(bugprone-reserved-identifier): of the sanitizer's library

namespace kairos::test {

[[nodiscard]] inline bool sanitized() { return __asan_init != nullptr; }

// Asked when the program starts: tests that were compiled without the sanitizer are linked with rooms that were compiled with it.
inline const Index sample_divisor = sanitized() ? 20 : 1;

}  // namespace kairos::test
