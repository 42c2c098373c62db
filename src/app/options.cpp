#include "kairos/app/options.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/app/text.hpp"
#include "kairos/base/spelling.hpp"

namespace kairos::app {
namespace {

bool is_list(const Option& option) {
    return option.type == ValueType::reals || option.type == ValueType::texts;
}

std::string upper_text(double high) {
    if (high == 0x1p64) return "2^64 - 1";
    return high == most_exact ? "9e15" : to_text(high);
}

// "from 2 to 255", ">= 0", ...; empty for all numbers
std::string range_text(const Range& range) {
    const bool below = std::isfinite(range.low), above = std::isfinite(range.high);
    if (below && above) return " from " + to_text(range.low) + " to " + upper_text(range.high);
    if (below) return (range.above_low ? " > " : " >= ") + to_text(range.low);
    return above ? " <= " + upper_text(range.high) : "";
}

// The kind of value alone, without range: "an integer", "a list of numbers separated by commas", ...
std::string kind_text(const Option& option) {
    switch (option.type) {
        case ValueType::integer:
            return "an integer";
        case ValueType::real:
            return "a finite number";
        case ValueType::flag:
            return "true | false";
        case ValueType::choice:
            return joined(option.choices, " | ");
        case ValueType::text:
            return "a text";
        case ValueType::reals:
            return "a list of finite numbers separated by commas";
        case ValueType::texts:
            break;
    }
    return "a list of names separated by commas";
}

ConfigError wrong(const Option& option, const std::string& value, const std::string& problem,
                  const std::string& mend = "") {
    return {option.key, value, problem, allowed_values(option), mend};
}

void require_range(const Option& option, double number, const std::string& text) {
    const Range& range = option.range;
    const bool inside = number <= range.high && (range.above_low ? number > range.low : number >= range.low);
    if (!inside) throw wrong(option, text, "is out of range");
}

std::string checked_integer(const Option& option, const std::string& text) {
    const auto value = parse_integer(text);
    if (!value) {
        const auto real = parse_real(text);
        const bool too_large = real && std::trunc(*real) == *real;
        throw wrong(option, text, too_large ? "is out of range" : "is not an integer");
    }
    const auto magnitude = static_cast<double>(value->magnitude);
    require_range(option, value->negative ? -magnitude : magnitude, text);
    return to_text(*value);
}

std::string checked_real(const Option& option, const std::string& item, const std::string& text) {
    const auto value = parse_real(item);
    if (!value)
        throw wrong(option, text,
                    is_list(option) ? "is not a list of finite numbers" : "is not a finite number");
    require_range(option, *value, text);
    return to_text(*value);
}

std::string checked_choice(const Option& option, const std::string& text,
                           std::span<const std::string> choices) {
    if (std::ranges::find(choices, text) != choices.end()) return text;
    const std::string nearest = nearest_spelling(text, choices);
    throw wrong(option, text, "is not known", nearest.empty() ? "" : "Nearest: " + nearest + ".");
}

std::string checked_list(const Option& option, const std::string& text) {
    std::vector<std::string> items = split_list(text);
    for (std::string& item : items) {
        if (item.empty()) throw wrong(option, text, "has an empty item");
        if (option.type == ValueType::reals) item = checked_real(option, item, text);
    }
    return joined(items, ",");
}

std::vector<std::string> section_names() {
    std::vector<std::string> names;
    for (const Section& section : section_table()) names.push_back(section.name);
    return names;
}

// A name that exists in another section is nearer than any spelling; else the nearest spelling of the whole
// key.
std::string nearest_key(const std::string& key) {
    const std::string name = key.substr(key.rfind('.') + 1);
    std::vector<std::string> same_name, keys, names;
    keys.reserve(option_table().size());
    names.reserve(option_table().size());
    for (const Option& option : option_table()) {
        keys.push_back(option.key);
        names.push_back(option.name());
        if (option.name() == name) same_name.push_back(option.key);
    }
    if (same_name.size() == 1) return same_name.front();
    std::string by_section = nearest_spelling(key, same_name);
    if (!by_section.empty()) return by_section;
    if (!same_name.empty()) return joined(same_name, " or ");
    std::string by_key = nearest_spelling(key, keys);
    if (!by_key.empty()) return by_key;
    const std::string by_name = nearest_spelling(name, names);
    if (by_name.empty()) return "";
    return keys[static_cast<std::size_t>(std::ranges::find(names, by_name) - names.begin())];
}

}  // namespace

const Option* find_option(const std::string& key) {
    const auto table = option_table();
    const auto row = std::ranges::find(table, key, &Option::key);
    return row == table.end() ? nullptr : &*row;
}

std::string allowed_values(const Option& option) {
    const bool word = option.standard == "auto" || option.standard == "none";
    const bool listed = option.type == ValueType::choice || option.type == ValueType::flag;
    std::string text = kind_text(option);
    if (is_list(option) && !range_text(option.range).empty()) text += ", each";
    text += range_text(option.range);
    if (!listed && word) text += ", or " + option.standard;
    if (!listed && option.standard.empty()) text += ", or empty";
    return text;
}

std::string checked_value(const Option& option, const std::string& raw) {
    std::string text = trimmed(raw);
    if (text == option.standard) return text;
    if (text.empty()) throw wrong(option, "", "has no value");
    const std::vector<std::string> flags = {"true", "false"};
    switch (option.type) {
        case ValueType::integer:
            return checked_integer(option, text);
        case ValueType::real:
            return checked_real(option, text, text);
        case ValueType::flag:
            return checked_choice(option, text, flags);
        case ValueType::choice:
            return checked_choice(option, text, option.choices);
        case ValueType::text:
            return text;
        case ValueType::reals:
        case ValueType::texts:
            break;
    }
    return checked_list(option, text);
}

void refuse_unavailable(const Option& option, const std::string& value) {
    if (!option.only || value == *option.only) return;
    throw ConfigError(option.key, value, "is not available in this version",
                      option.only->empty() ? "an empty value" : *option.only,
                      "Leave " + option.key + " out.");
}

ConfigError unknown_key(const std::string& key, const std::string& value) {
    std::vector<std::string> names;
    const std::string section = key.substr(0, key.find('.'));
    for (const Option& option : option_table()) {
        if (option.section() == section) names.push_back(option.name());
    }
    const std::string nearest = nearest_key(key);
    const std::string allowed = names.empty() ? "the sections " + joined(section_names(), " ")
                                              : "the keys of [" + section + "]: " + joined(names, " ");
    return {key, value, "is not a key", allowed,
            nearest.empty() ? "See kairos run --help." : "Nearest: " + nearest + "."};
}

ConfigError unknown_section(const std::string& section, const std::string& where) {
    const auto names = section_names();
    const std::string nearest = nearest_spelling(section, names);
    return {"[" + section + "]", "", "in " + where + " is not a section",
            "the sections " + joined(names, " "),
            nearest.empty() ? "See kairos run --help." : "Nearest: " + nearest + "."};
}

}  // namespace kairos::app
