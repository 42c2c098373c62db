#include "kairos/base/aligned.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace kairos {

void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
    constexpr std::uintptr_t page = 1U << 21U;
    const auto begin = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t first = (begin + page - 1) / page * page, last = (begin + bytes) / page * page;
    // Advice: where it is refused, nothing but speed is lost.
    if (first < last)
        (void)madvise(static_cast<std::byte*>(memory) + (first - begin), last - first, MADV_HUGEPAGE);
#endif
}

}  // namespace kairos
