#include <algorithm>

#include "kairos/app/options.hpp"
#include "kairos/app/text.hpp"

namespace kairos::app {
namespace {

constexpr std::size_t line_width = 100;

struct Columns {
    std::size_t key = 0, standard = 0, unit = 0;
    [[nodiscard]] std::size_t meaning() const { return 2 + key + 2 + standard + 2 + unit + 2; }
};

std::string shown(const std::string& standard) { return standard.empty() ? "(empty)" : standard; }

Columns widths() {
    Columns columns{.key = 3, .standard = 7, .unit = 4};
    for (const Option& option : option_table()) {
        columns.key = std::max(columns.key, option.key.size());
        columns.standard = std::max(columns.standard, shown(option.standard).size());
        columns.unit = std::max(columns.unit, option.unit.size());
    }
    return columns;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

// `text` broken at blanks, continued at column `indent`; the first line is taken to have `indent` columns
// already.
std::string wrapped(const std::string& text, std::size_t indent) {
    std::string out;
    std::size_t column = indent;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::size_t length = end - begin;
        if (column > indent && column + 1 + length > line_width) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out.append(text, begin, length);
        column += length;
        begin = end + 1;
    }
    return out;
}

std::string described(const Option& option) {
    std::string text = option.meaning;
    if (option.type == ValueType::choice || option.type == ValueType::flag)
        text += " (" + allowed_values(option) + ")";
    if (option.only) text += " (this version: " + shown(*option.only) + " only)";
    return text;
}

std::string line(const Columns& columns, const std::string& key, const std::string& standard,
                 const std::string& unit, const std::string& meaning) {
    const std::string gap(2, ' ');
    std::string text = gap;
    text += padded(key, columns.key) + gap;
    text += padded(standard, columns.standard) + gap;
    text += padded(unit, columns.unit) + gap;
    text += wrapped(meaning, columns.meaning());
    text += '\n';
    return text;
}

}  // namespace

std::string options_help() {
    const Columns columns = widths();
    std::string help = line(columns, "key", "default", "unit", "meaning");
    for (const Section& section : section_table()) {
        help += "\n[" + section.name + "]  " + section.meaning + "\n";
        for (const Option& option : option_table()) {
            if (option.section() != section.name) continue;
            help += line(columns, option.key, shown(option.standard), option.unit, described(option));
        }
    }
    return help;
}

}  // namespace kairos::app
