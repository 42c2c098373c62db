// include/kairos/app/options.hpp: the table of every key of the configuration.
//
// One row a key: type, default, unit, meaning, and what is allowed. Help, validation and the hint at the
// nearest spelling all read this one table, so that they cannot disagree. A value equal to the default is
// always valid ("auto", "none" or nothing included). Rules that involve more than one key are config.hpp's.
//
// Units   1 pure number; data: of the data; time: of the forward process; s seconds; - no number.
// Errors  ConfigError (exit code 2) with key, value, what is allowed and the nearest spelling.
#pragma once
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kairos/base/error.hpp"

namespace kairos::app {

enum class ValueType {
    integer,
    real,
    flag,
    choice,
    text,
    reals,
    texts
};  // reals, texts: lists separated by commas

constexpr double most_exact =
    9e15;  // the largest count: below 2^53, so that every integer up to it is a double

struct Range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool above_low = false;  // low itself is excluded
};

struct Option {
    std::string key;  // section.name
    ValueType type;
    std::string standard;  // the default, as text; empty: nothing
    std::string unit, meaning;
    Range range{};                       // of a number, or of every number of a list
    std::vector<std::string> choices{};  // of a choice, in the order of the enumeration it stands for
    std::optional<std::string> only{};   // the one value that this version offers

    [[nodiscard]] std::string section() const { return key.substr(0, key.find('.')); }
    [[nodiscard]] std::string name() const { return key.substr(key.find('.') + 1); }
};

struct Section {
    std::string name, meaning;
};

[[nodiscard]] std::span<const Option> option_table();  // in order of sections
[[nodiscard]] std::span<const Section> section_table();
[[nodiscard]] const Option* find_option(const std::string& key);  // nullptr if there is none

// What is allowed, in words: "an integer from 2 to 255", "true | false", ...
[[nodiscard]] std::string allowed_values(const Option& option);

// The value in its canonical spelling (integers as digits, reals as the shortest text, lists without blanks),
// or ConfigError for what is not of the type, out of range, or not one of the choices.
[[nodiscard]] std::string checked_value(const Option& option, const std::string& text);

// ConfigError for a valid value that this version does not offer yet. `value` as checked_value gives it.
void refuse_unavailable(const Option& option, const std::string& value);

// The errors for a name that is in no table, with the nearest key or section.
[[nodiscard]] ConfigError unknown_key(const std::string& key, const std::string& value);
[[nodiscard]] ConfigError unknown_section(const std::string& section, const std::string& where);

// Every key with default, unit and meaning, by section, at most 100 columns wide.
[[nodiscard]] std::string options_help();

}  // namespace kairos::app
