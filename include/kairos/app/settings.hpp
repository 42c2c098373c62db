// include/kairos/app/settings.hpp: the value of every key, gathered from defaults, a file and the command
// line, in this order.
//
// File: INI as Boost.Program_options reads it: [section], key = value, comments from # to the end of the
// line. Command line: --section.key=value or --section.key value; it wins over the file. A key may appear
// once in either. Every value has the type and range that options.hpp asks for, and is available in this
// version. Errors: InputError for a file that cannot be read; ConfigError for what it says.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kairos::app {

class Settings {
public:
    Settings();  // all defaults

    void set(const std::string& key, const std::string& value);  // checked against the table; now `given`
    void replace(const std::string& key,
                 const std::string& value);  // what a default turned out to mean; unchecked

    [[nodiscard]] bool given(const std::string& key) const;
    [[nodiscard]] bool automatic(
        const std::string& key) const;  // the value is the word auto or none, or nothing
    [[nodiscard]] const std::string& text(const std::string& key) const;
    [[nodiscard]] std::uint64_t integer(const std::string& key) const;
    [[nodiscard]] std::int64_t label(const std::string& key) const;  // an integer of either sign
    [[nodiscard]] double real(const std::string& key) const;
    [[nodiscard]] bool flag(const std::string& key) const;
    [[nodiscard]] std::vector<double> reals(const std::string& key) const;
    [[nodiscard]] std::vector<std::string> texts(const std::string& key) const;
    // A choice as the enumeration whose enumerators stand in the order of the table.
    template <class Enumeration>
    [[nodiscard]] Enumeration choice(const std::string& key) const {
        return static_cast<Enumeration>(choice_index(key));
    }

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const {
        return values_;
    }  // table order

private:
    [[nodiscard]] std::size_t row(const std::string& key) const;
    [[nodiscard]] int choice_index(const std::string& key) const;
    std::vector<std::pair<std::string, std::string>> values_;
    std::vector<bool> given_;
};

// file empty: none.
[[nodiscard]] Settings read_settings(const std::string& file, const std::vector<std::string>& arguments);

}  // namespace kairos::app
