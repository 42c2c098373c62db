// include/kairos/base/number_text.hpp: the shortest text that reads back as the same number; whole numbers below 1e16 without an exponent.
#pragma once
#include <span>
#include <string>

namespace kairos {

[[nodiscard]] std::string to_text(double value);
[[nodiscard]] std::string to_text(std::span<const double> values);  // joined by commas

}  // namespace kairos
