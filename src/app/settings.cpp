#include "kairos/app/settings.hpp"

#include <algorithm>
#include <stdexcept>

#include "kairos/app/options.hpp"
#include "kairos/app/text.hpp"

namespace kairos::app {

Settings::Settings() {
    for (const Option& option : option_table()) values_.emplace_back(option.key, option.standard);
    given_.assign(values_.size(), false);
}

std::size_t Settings::row(const std::string& key) const {
    const Option* option = find_option(key);
    if (option == nullptr) throw std::logic_error("no key " + key);
    return static_cast<std::size_t>(option - option_table().data());
}

void Settings::set(const std::string& key, const std::string& value) {
    const Option* option = find_option(key);
    if (option == nullptr) throw unknown_key(key, value);
    values_[row(key)].second = checked_value(*option, value);
    given_[row(key)] = true;
}

void Settings::replace(const std::string& key, const std::string& value) { values_[row(key)].second = value; }

bool Settings::given(const std::string& key) const { return given_[row(key)]; }

bool Settings::automatic(const std::string& key) const {
    const std::string& value = text(key);
    return value.empty() || value == "auto" || value == "none";
}

const std::string& Settings::text(const std::string& key) const { return values_[row(key)].second; }

std::uint64_t Settings::integer(const std::string& key) const {
    return parse_integer(text(key)).value().magnitude;
}

std::int64_t Settings::label(const std::string& key) const {
    const Integer value = parse_integer(text(key)).value();
    const auto magnitude = static_cast<std::int64_t>(value.magnitude);
    return value.negative ? -magnitude : magnitude;
}

double Settings::real(const std::string& key) const { return parse_real(text(key)).value(); }

bool Settings::flag(const std::string& key) const { return text(key) == "true"; }

std::vector<double> Settings::reals(const std::string& key) const {
    std::vector<double> numbers;
    for (const std::string& item : split_list(text(key))) numbers.push_back(parse_real(item).value());
    return numbers;
}

std::vector<std::string> Settings::texts(const std::string& key) const { return split_list(text(key)); }

int Settings::choice_index(const std::string& key) const {
    const auto& choices = option_table()[row(key)].choices;
    const auto found = std::ranges::find(choices, text(key));
    if (found == choices.end()) throw std::logic_error(key + " is no choice");
    return static_cast<int>(found - choices.begin());
}

}  // namespace kairos::app
