#include "kairos/random/dispatch.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "hwy/targets.h"
#include "kairos/base/error.hpp"

#if HWY_ARCH_X86_64 && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#define KAIROS_MATRIX_TILES 1
#else
#define KAIROS_MATRIX_TILES 0
#endif

namespace kairos::random {
namespace {

std::atomic<bool> tiles_forbidden{false};

// Asks Linux for the state that tiles need, which belongs to the whole process from then on.
bool tiles_granted() {
#if KAIROS_MATRIX_TILES
    constexpr long request_permission = 0x1023, tile_data = 18;
    constexpr unsigned amx_tile = 1U << 24U, amx_int8 = 1U << 25U;
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & amx_tile) == 0 || (d & amx_int8) == 0)
        return false;
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
    return false;
#endif
}

// Better instruction sets have lower bits.
constexpr std::int64_t better_than(std::int64_t target) { return target - 1; }

std::int64_t forbidden(const std::string& level) {
    if (level == "amx" || level == "avx512") return 0;
#if HWY_ARCH_X86
    if (level == "avx2") return better_than(HWY_AVX2);
    if (level == "portable") return better_than(HWY_SSSE3 << 1);
#else
    if (level == "avx2" || level == "portable") return better_than(HWY_STATIC_TARGET);
#endif
    throw ConfigError(dispatch_variable, level, "is no level of instructions",
                      "amx | avx512 | avx2 | portable", "Leave it out for the best that the processor has.");
}

}  // namespace

void limit_dispatch(const std::string& level) {
    hwy::DisableTargets(forbidden(level));
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    tiles_forbidden = level != "amx";
}

bool matrix_tiles_allowed() {
    static const bool granted = tiles_granted();
    return granted && !tiles_forbidden;
}

void limit_dispatch_by_environment() {
    const char* const level = std::getenv(dispatch_variable);
    if (level != nullptr && *level != '\0') limit_dispatch(level);
}

}  // namespace kairos::random
