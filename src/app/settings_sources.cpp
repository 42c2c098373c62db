// Where settings come from: the INI file and the command line, both read by Boost.Program_options.
#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "ini_text.hpp"
#include "kairos/app/options.hpp"
#include "kairos/app/settings.hpp"
#include "kairos/app/text.hpp"
#include "kairos/io/read_result.hpp"

namespace kairos::app {
namespace {

namespace po = boost::program_options;
po::options_description described_options() {
    po::options_description description;
    for (const Option& option : option_table())
        description.add_options()(option.key.c_str(), po::value<std::string>());
    return description;
}

// The line as it may be shown: no control characters, not too long.
std::string printable(std::string line) {
    constexpr std::size_t longest = 60;
    for (char& letter : line) {
        if (static_cast<unsigned char>(letter) < ' ' || letter == '\x7f') letter = '?';
    }
    if (line.size() > longest) line = line.substr(0, longest) + "...";
    return "'" + line + "'";
}

bool is_text(const std::string& line) {
    return std::ranges::none_of(
        line, [](unsigned char letter) { return letter < ' ' && letter != '\t' && letter != '\r'; });
}

// One line, without its comment. Program_options reads [section] lines without judging them, so they are
// judged here.
void check_line(const std::string& line, const std::string& where) {
    if (line.front() == '[' && line.back() == ']') {
        const std::string name = line.substr(1, line.size() - 2);
        if (name == "sweep")
            throw ConfigError("[sweep] in " + where, "", "makes a configuration a sweep, not one job",
                              "the other sections", "Use kairos sweep -c FILE -o DIR.");
        if (std::ranges::find(section_table(), name, &Section::name) == section_table().end())
            throw unknown_section(name, where);
        return;
    }
    if (line.front() != '[' && line.find('=') != std::string::npos && is_text(line)) return;
    throw ConfigError(where, "", "cannot be read: " + printable(line), "[section] or key = value",
                      "Comments begin with #.");
}

void check_lines(const std::string& file, const std::string& text) {
    std::istringstream stream(text);
    std::string raw;
    for (int number = 1; std::getline(stream, raw); ++number) {
        const std::string line = trimmed(raw.substr(0, raw.find('#')));
        if (!line.empty()) check_line(line, file + ", line " + std::to_string(number));
    }
}

// "--name=" has no value for Program_options, but gives an empty list here: such tokens are taken out.
Pairs take_empty_values(std::vector<std::string>& tokens) {
    Pairs pairs;
    std::erase_if(tokens, [&](const std::string& token) {
        const bool empty = token.starts_with("--") && token.size() > 3 && token.find('=') == token.size() - 1;
        if (empty) pairs.emplace_back(token.substr(2, token.size() - 3), "");
        return empty;
    });
    return pairs;
}

ConfigError missing_value(const std::string& key) {
    const Option* option = find_option(key);
    return {key, "", "has no value", option != nullptr ? allowed_values(*option) : "--section.key=value",
            "Write --" + key + "=VALUE."};
}

std::vector<po::option> parsed_tokens(const std::vector<std::string>& tokens) {
    using namespace po::command_line_style;
    try {
        const auto description = described_options();
        return po::command_line_parser(tokens)
            .options(description)
            .style(allow_long | long_allow_adjacent | long_allow_next)
            .allow_unregistered()
            .run()
            .options;
    } catch (const po::error_with_option_name& error) {
        const std::string name = error.get_option_name();
        throw missing_value(name.substr(std::min(name.find_first_not_of('-'), name.size())));
    }
}

std::pair<std::string, std::string> pair_of(const po::option& option) {
    const std::string& key = option.string_key;
    const std::string value = option.value.empty() ? "" : option.value.front();
    if (key.empty() || option.position_key >= 0)
        throw ConfigError("command line", value, "is not an option", "--section.key=value",
                          "See kairos run --help.");
    if (option.unregistered || find_option(key) == nullptr) throw unknown_key(key, value);
    const bool separate = option.original_tokens.size() == 2;
    if (separate && value.starts_with("--")) throw missing_value(key);
    return {key, value};
}

Pairs pairs_of_command_line(std::vector<std::string> tokens) {
    Pairs pairs = take_empty_values(tokens);
    for (const auto& option : parsed_tokens(tokens)) pairs.push_back(pair_of(option));
    std::set<std::string> seen;
    for (const auto& [key, value] : pairs) {
        if (find_option(key) == nullptr) throw unknown_key(key, value);
        if (!seen.insert(key).second)
            throw ConfigError(key, value, "is given twice on the command line", "one value",
                              "Remove one of them.");
    }
    return pairs;
}

}  // namespace

std::string read_text(const std::string& file) {
    const std::string mend = "Name a readable configuration file after -c.";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) throw InputError(file, "", "there is no such file", mend);
    if (std::filesystem::is_directory(file, ignored))
        throw InputError(file, "", "is a folder, not a file", mend);
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (stream && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    if (!stream.is_open() || stream.bad() || text.fail()) throw InputError(file, "", "cannot be read", mend);
    if (text.str().empty() && std::filesystem::is_regular_file(file, ignored)) {
        throw InputError(file, "", "is empty",
                         "Write at least one key, or leave -c out to run the defaults.");
    }
    const std::string byte_order_mark = "\xef\xbb\xbf";  // of editors that begin UTF-8 with it
    return text.str().substr(text.view().starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
}

bool is_hdf5(const std::string& file) {
    constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
    std::string first(signature.size(), '\0');
    std::ifstream stream(file, std::ios::binary);
    return stream.read(first.data(), static_cast<std::streamsize>(first.size())) && first == signature;
}

namespace {

// A result repeats itself: all that was resolved when it was made.
Pairs pairs_of_result(const std::string& file) {
    const io::ResultReader result(file);
    if (result.has_attribute("/", "merged_seeds"))
        throw InputError(file, "/", "pools runs of several seeds: " + result.text("/", "merged_seeds"),
                         "Repeat them one by one, each with its --ensemble.seed.");
    return result.texts("/config");
}

}  // namespace

Pairs pairs_of_text(const std::string& file, const std::string& text) {
    check_lines(file, text);
    std::istringstream stream(text);
    Pairs pairs;
    std::set<std::string> seen;
    for (const auto& option : po::parse_config_file(stream, described_options(), true).options) {
        const std::string value = option.value.empty() ? "" : option.value.front();
        if (option.unregistered) throw unknown_key(option.string_key, value);
        if (!seen.insert(option.string_key).second) {
            throw ConfigError(option.string_key, value, "is given twice in " + file, "one value",
                              "Remove one of them.");
        }
        pairs.emplace_back(option.string_key, value);
    }
    return pairs;
}

Settings read_settings(const std::string& file, const std::vector<std::string>& arguments) {
    Settings settings;
    if (!file.empty()) {
        for (const auto& [key, value] :
             is_hdf5(file) ? pairs_of_result(file) : pairs_of_text(file, read_text(file)))
            settings.set(key, value);
    }
    for (const auto& [key, value] : pairs_of_command_line(arguments)) settings.set(key, value);
    for (const Option& option : option_table()) refuse_unavailable(option, settings.text(option.key));
    return settings;
}

}  // namespace kairos::app
