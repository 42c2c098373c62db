#include "kairos/base/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace kairos {

std::string to_text(double value) {
    constexpr double longest = 1e16;  // integral values below are written out, without exponent
    std::array<char, 32> buffer{};
    const bool plain = std::abs(value) < longest && std::trunc(value) == value;
    char* const end = buffer.data() + buffer.size();
    const auto result = plain ? std::to_chars(buffer.data(), end, value, std::chars_format::fixed)
                              : std::to_chars(buffer.data(), end, value);
    return {buffer.data(), result.ptr};
}

std::string to_text(std::span<const double> values) {
    std::string all;
    for (const double value : values) {
        if (!all.empty()) all += ',';
        all += to_text(value);
    }
    return all;
}

}  // namespace kairos
