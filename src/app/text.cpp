#include "kairos/app/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace kairos::app {
namespace {

constexpr std::string_view decimal = "0123456789";

// Takes the leading digits off `rest`.
std::string_view take_digits(std::string_view& rest) {
    const std::size_t count = std::min(rest.find_first_not_of(decimal), rest.size());
    const std::string_view digits = rest.substr(0, count);
    rest.remove_prefix(count);
    return digits;
}

bool take_sign(std::string_view& rest) {
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    return negative;
}

// The exponent after an optional 'e', which must use up the text.
std::optional<std::int64_t> take_exponent(std::string_view rest) {
    if (rest.empty()) return 0;
    if (rest.front() != 'e' && rest.front() != 'E') return std::nullopt;
    rest.remove_prefix(1);
    const bool negative = take_sign(rest);
    std::int32_t exponent = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (rest.empty() || decimal.find(rest.front()) == std::string_view::npos || failure != std::errc{} ||
        end != rest.data() + rest.size()) {
        return std::nullopt;
    }
    return negative ? -std::int64_t{exponent} : std::int64_t{exponent};
}

}  // namespace

std::optional<Integer> parse_integer(std::string_view text) {
    const bool negative = take_sign(text);
    std::string digits(take_digits(text));
    std::int64_t fraction = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::string_view behind = take_digits(text);
        fraction = static_cast<std::int64_t>(behind.size());
        digits += behind;
    }
    const auto exponent = take_exponent(text);
    if (digits.empty() || !exponent) return std::nullopt;

    std::int64_t shift = *exponent - fraction;  // value = digits * 10^shift
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) return Integer{};
    for (; digits.back() == '0'; ++shift) digits.pop_back();
    constexpr std::int64_t most_digits = 20;  // of 2^64
    if (shift < 0 || static_cast<std::int64_t>(digits.size()) + shift > most_digits) return std::nullopt;
    digits.append(static_cast<std::size_t>(shift), '0');

    Integer value{.negative = negative, .magnitude = 0};
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value.magnitude);
    if (result.ec != std::errc{}) return std::nullopt;
    return value;
}

std::optional<double> parse_real(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;  // from_chars itself takes no '+'
    }
    double value = 0.0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value + 0.0;  // -0 becomes 0
}

std::string to_text(Integer value) {
    const std::string digits = std::to_string(value.magnitude);
    return value.negative ? "-" + digits : digits;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    if (trimmed(text).empty()) return items;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        items.push_back(trimmed(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return items;
}

std::string joined(std::span<const std::string> items, std::string_view separator) {
    std::string text;
    for (const auto& item : items) {
        if (&item != items.data()) text += separator;
        text += item;
    }
    return text;
}

}  // namespace kairos::app
