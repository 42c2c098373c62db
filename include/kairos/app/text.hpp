// include/kairos/app/text.hpp: values of the configuration as text, and back.
//
// Reading is strict: the whole text must be the number. Integers may be written with a fraction or an
// exponent as long as their value is integral (1e9 is 1000000000, exactly). Reals must be finite.
// Reals are written as base/number_text.hpp says.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kairos/base/number_text.hpp"

namespace kairos::app {

struct Integer {
    bool negative = false;
    std::uint64_t magnitude = 0;
};

[[nodiscard]] std::optional<Integer> parse_integer(std::string_view text);  // |value| < 2^64
[[nodiscard]] std::optional<double> parse_real(std::string_view text);

using kairos::to_text;
[[nodiscard]] std::string to_text(Integer value);

[[nodiscard]] std::string trimmed(std::string_view text);
[[nodiscard]] std::vector<std::string> split_list(
    std::string_view text);  // at commas, items trimmed; empty text: no item
[[nodiscard]] std::string joined(std::span<const std::string> items, std::string_view separator);

}  // namespace kairos::app
