#include "kairos/random/dispatch.hpp"

#include <cstdint>
#include <cstdlib>

#include "hwy/targets.h"
#include "kairos/base/error.hpp"

namespace kairos::random {
namespace {

// Better instruction sets have lower bits.
constexpr std::int64_t better_than(std::int64_t target) { return target - 1; }

std::int64_t forbidden(const std::string& level) {
    if (level == "avx512") return 0;
#if HWY_ARCH_X86
    if (level == "avx2") return better_than(HWY_AVX2);
    if (level == "portable") return better_than(HWY_SSSE3 << 1);
#else
    if (level == "avx2" || level == "portable") return better_than(HWY_STATIC_TARGET);
#endif
    throw ConfigError(dispatch_variable, level, "is no level of instructions", "avx512 | avx2 | portable",
                      "Leave it out for the best that the processor has.");
}

}  // namespace

void limit_dispatch(const std::string& level) {
    hwy::DisableTargets(forbidden(level));
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void limit_dispatch_by_environment() {
    const char* const level = std::getenv(dispatch_variable);
    if (level != nullptr && *level != '\0') limit_dispatch(level);
}

}  // namespace kairos::random
