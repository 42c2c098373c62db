// The points of a sweep: the product of the values in its [sweep] section.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>
#include <sstream>

#include "ini_text.hpp"
#include "kairos/app/config.hpp"
#include "kairos/app/options.hpp"
#include "kairos/app/sweep.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

constexpr std::size_t most_points = 100000;

struct Axis {
    std::string key;
    std::vector<std::string> values;
};

ConfigError wrong_line(const std::string& key, const std::string& value, const std::string& problem) {
    return {"[sweep] " + key, value, problem, "section.key = VALUE | VALUE | ...", ""};
}

Axis axis_of(const std::string& line) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) throw wrong_line(line, "", "has no =");
    Axis axis{trimmed(line.substr(0, equals)), {}};
    const std::string value = trimmed(line.substr(equals + 1));
    if (find_option(axis.key) == nullptr) throw unknown_key(axis.key, value);
    if (axis.key == "output.file" || axis.key == "run.checkpoint")
        throw wrong_line(axis.key, value, "is chosen by the sweep");
    std::istringstream parts(value + "|");
    for (std::string part; std::getline(parts, part, '|');) {
        axis.values.push_back(trimmed(part));
        if (axis.values.back().empty()) throw wrong_line(axis.key, value, "has an empty value");
    }
    const std::set<std::string> different(axis.values.begin(), axis.values.end());
    if (different.size() < axis.values.size()) throw wrong_line(axis.key, value, "has a value twice");
    return axis;
}

// Takes the [sweep] section out of the text; its lines are left empty, so that the others keep their numbers.
std::vector<Axis> take_axes(std::string& text) {
    std::vector<Axis> axes;
    std::istringstream stream(text);
    std::string rest;
    bool inside = false;
    for (std::string raw; std::getline(stream, raw); rest += '\n') {
        const std::string line = trimmed(raw.substr(0, raw.find('#')));
        if (line.starts_with('[')) inside = line == "[sweep]";
        if (!inside) rest += raw;
        if (!inside || line.empty() || line == "[sweep]") continue;
        axes.push_back(axis_of(line));
        const auto same = std::ranges::count(axes, axes.back().key, &Axis::key);
        if (same > 1) throw wrong_line(axes.back().key, "", "is given twice");
    }
    text = rest;
    return axes;
}

// dimension, or data-seed where two keys end alike.
std::string label_of(const std::string& key, const std::vector<Axis>& axes) {
    const auto last = [](const std::string& name) { return name.substr(name.rfind('.') + 1); };
    const auto same =
        std::ranges::count_if(axes, [&](const Axis& axis) { return last(axis.key) == last(key); });
    std::string label = same > 1 ? key : last(key);
    std::ranges::replace(label, '.', '-');
    return label;
}

std::string file_safe(std::string value) {
    std::ranges::replace_if(
        value, [](unsigned char letter) { return !std::isalnum(letter) && letter != '.' && letter != '+'; },
        '-');
    return value;
}

// A name too long for a file ends in a number of its own instead, the same in every sweep that has the point.
std::string short_enough(const std::string& name) {
    constexpr std::size_t longest = 200;  // of 255 letters, with room for .h5.checkpoint.previous
    if (name.size() <= longest) return name;
    std::uint64_t number = 0xcbf29ce484222325U;  // FNV-1a
    for (const char letter : name) number = (number ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    char digits[24];
    std::snprintf(digits, sizeof digits, "_%016llx", static_cast<unsigned long long>(number));
    return name.substr(0, longest - 17) + digits;
}

SweepPoint point_of(const std::vector<Axis>& axes, std::size_t number, const Pairs& base,
                    const std::string& folder) {
    std::vector<std::pair<std::string, std::string>> chosen(axes.size());
    for (std::size_t a = axes.size(); a-- > 0;) {
        chosen[a] = {axes[a].key, axes[a].values[number % axes[a].values.size()]};
        number /= axes[a].values.size();
    }
    SweepPoint point;
    for (const auto& [key, value] : chosen) {
        if (!point.name.empty()) point.name += '_';
        point.name.append(label_of(key, axes)).append("-").append(file_safe(value));
    }
    point.name = short_enough(point.name);
    Pairs keys = chosen;
    for (const auto& pair : base)
        if (std::ranges::find(chosen, pair.first, &Pairs::value_type::first) == chosen.end())
            keys.push_back(pair);
    keys.emplace_back("output.file", file_of(point, folder, ".h5"));
    std::vector<std::string> tokens;
    for (const auto& [key, value] : keys)
        tokens.push_back(std::string("--").append(key).append("=").append(value));
    const Config config = read_config("", tokens);
    for (const auto& [key, value] : config.resolved)
        if (std::ranges::find(keys, key, &Pairs::value_type::first) != keys.end())
            point.given.emplace_back(key, value);
    return point;
}

}  // namespace

std::string file_of(const SweepPoint& point, const std::string& folder, const char* ending) {
    return folder + "/" + point.name + ending;
}

std::vector<SweepPoint> sweep_points(const std::string& file, const std::string& folder) {
    if (folder.find_first_of("#\n\r") != std::string::npos)  // would end the line of the point's output.file
        throw ConfigError("-o", folder, "cannot stand in an INI file", "a folder without # in its name",
                          "Choose another folder.");
    std::string text = read_text(file);
    const std::vector<Axis> axes = take_axes(text);
    if (axes.empty())
        throw ConfigError("[sweep]", "", "is missing or empty in " + file,
                          "section.key = VALUE | VALUE | ...", "Write the keys that vary under [sweep].");
    const Pairs base = pairs_of_text(file, text);
    for (const auto& [key, value] : base)
        if (key == "output.file" || key == "run.checkpoint")
            throw ConfigError(key, value, "is chosen by the sweep", "a file without " + key, "Leave it out.");
    std::size_t count = 1;
    for (const Axis& axis : axes) {
        count *= axis.values.size();
        if (count > most_points)
            throw wrong_line(axis.key, std::to_string(axis.values.size()) + " values",
                             "makes more than " + std::to_string(most_points) + " points");
    }
    std::vector<SweepPoint> points;
    std::set<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
        points.push_back(point_of(axes, i, base, folder));
        if (!names.insert(points.back().name).second)
            throw ConfigError("[sweep]", points.back().name, "is the name of two points",
                              "values that differ in letters, digits, . and +", "");
    }
    return points;
}

}  // namespace kairos::app
