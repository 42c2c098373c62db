#include "kairos/app/command_line.hpp"

#include <algorithm>
#include <span>

#include "kairos/app/options.hpp"
#include "kairos/app/text.hpp"
#include "kairos/app/version.hpp"
#include "kairos/base/spelling.hpp"

namespace kairos::app {
namespace {

using Command = CommandLine::Command;
using Tokens = std::span<const std::string>;

constexpr const char* see_help = "See kairos --help.";

bool asks_help(const std::string& token) { return token == "--help" || token == "-h"; }

// The argument of the option at `at`, which moves there; once.
void take_argument(Tokens tokens, std::size_t& at, const std::string& what, std::string& into) {
    const std::string& option = tokens[at];
    if (at + 1 == tokens.size() || tokens[at + 1].empty())
        throw ConfigError("command line", "", "has nothing after " + option, what, see_help);
    if (!into.empty())
        throw ConfigError(option, tokens[at + 1], "comes a second time", "one " + what, see_help);
    into = tokens[++at];
}

// -c FILE, --config FILE or --config=FILE.
bool takes_configuration(Tokens tokens, std::size_t& at, const std::string& what, CommandLine& line) {
    const std::string joint = "--config=";
    if (tokens[at].starts_with(joint)) {
        const std::vector<std::string> apart = {"--config", tokens[at].substr(joint.size())};
        std::size_t first = 0;
        take_argument(apart, first, what, line.config_file);
        return true;
    }
    if (tokens[at] != "-c" && tokens[at] != "--config") return false;
    take_argument(tokens, at, what, line.config_file);
    return true;
}

void parse_job(Tokens tokens, CommandLine& line) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (asks_help(tokens[at])) {
            line.command = Command::run_help;
            return;
        }
        if (!takes_configuration(tokens, at, "-c FILE", line)) line.overrides.push_back(tokens[at]);
    }
}

void parse_sweep(Tokens tokens, CommandLine& line) {
    const std::string allowed = "kairos sweep -c SWEEP.ini -o DIR [--local]";
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (asks_help(tokens[at])) {
            line.command = Command::help;
            return;
        }
        if (takes_configuration(tokens, at, "-c SWEEP.ini", line)) continue;
        if (tokens[at] == "-o")
            take_argument(tokens, at, "-o DIR", line.output);
        else if (tokens[at] == "--local")
            line.local = true;
        else
            throw ConfigError("sweep", tokens[at], "is not an option of this command", allowed, see_help);
    }
    if (line.config_file.empty()) throw ConfigError("sweep", "", "has no -c SWEEP.ini", allowed, see_help);
    if (line.output.empty()) throw ConfigError("sweep", "", "has no -o DIR", allowed, see_help);
}

// --csv, --csv=FILE, or --csv FILE where FILE ends in .csv, which no result does.
bool takes_csv(Tokens tokens, std::size_t& at, CommandLine& line) {
    if (line.command != Command::analyze || (tokens[at] != "--csv" && !tokens[at].starts_with("--csv=")))
        return false;
    line.csv = true;
    if (tokens[at] != "--csv")
        line.csv_file = tokens[at].substr(6);
    else if (at + 1 < tokens.size() && tokens[at + 1].ends_with(".csv"))
        line.csv_file = tokens[++at];
    return true;
}

void parse_files(Tokens tokens, CommandLine& line) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (asks_help(tokens[at])) {
            line.command = Command::help;
            return;
        }
        if (takes_csv(tokens, at, line)) continue;
        if (tokens[at] == "-o") {
            take_argument(tokens, at, "-o FILE", line.output);
        } else if (tokens[at].starts_with("-")) {
            throw ConfigError(
                "command line", tokens[at], "is not an option of this command",
                line.command == Command::analyze ? "files | -o FILE | --csv" : "files | -o FILE", see_help);
        } else {
            line.files.push_back(tokens[at]);
        }
    }
}

void check_files(const CommandLine& line) {
    if (line.command == Command::analyze && line.files.empty())
        throw ConfigError("analyze", "", "has no file to read", "kairos analyze RESULT.h5 ...", see_help);
    if (line.command != Command::merge) return;
    const std::string allowed = "kairos merge A.h5 B.h5 ... -o OUT.h5";
    if (line.files.size() < 2)
        throw ConfigError("merge", joined(line.files, " "), "has less than two files to pool", allowed,
                          see_help);
    if (line.output.empty()) throw ConfigError("merge", "", "has no -o OUT.h5", allowed, see_help);
}

struct Named {
    std::string name;
    Command command;
};

Command command_named(const std::string& name) {
    const std::vector<Named> table = {
        {"run", Command::run},     {"plan", Command::plan},   {"analyze", Command::analyze},
        {"merge", Command::merge}, {"sweep", Command::sweep}, {"--version", Command::version},
        {"--help", Command::help}, {"-h", Command::help},
    };
    const auto row = std::ranges::find(table, name, &Named::name);
    if (row != table.end()) return row->command;
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const Named& known : table) names.push_back(known.name);
    names.pop_back();  // -h is short for --help
    const std::string nearest = nearest_spelling(name, names);
    throw ConfigError("command line", name, "is not a command", joined(names, " | "),
                      nearest.empty() ? see_help : "Nearest: " + nearest + ".");
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
    const std::vector<std::string> all(argv + std::min(argc, 1), argv + argc);
    if (all.empty())
        throw ConfigError("command line", "", "names no command",
                          "run | plan | analyze | merge | sweep | --version | --help", see_help);
    const Tokens tokens = Tokens(all).subspan(1);
    CommandLine line;
    line.command = command_named(all.front());
    switch (line.command) {
        case Command::run:
        case Command::plan:
            parse_job(tokens, line);
            break;
        case Command::analyze:
        case Command::merge:
            parse_files(tokens, line);
            check_files(line);
            break;
        case Command::sweep:
            parse_sweep(tokens, line);
            break;
        default:
            if (!tokens.empty())
                throw ConfigError("command line", tokens.front(), "is too much", all.front() + " alone",
                                  see_help);
    }
    return line;
}

std::string help_text() {
    return R"(kairos: ensembles of generative diffusion trajectories, their entropies and their phase transitions

  kairos run     [-c FILE] [--section.key=value ...]    simulate; alone, or under mpirun or srun
  kairos plan    [-c FILE] [--section.key=value ...]    validate and print what a run would do; writes nothing
  kairos analyze RESULT.h5 ... [-o SUMMARY.h5] [--csv]  transitions of one result; of a sweep also fits and data collapse
  kairos merge   A.h5 B.h5 ... -o OUT.h5                pool runs that differ in ensemble.seed as one ensemble
  kairos sweep   -c SWEEP.ini -o DIR [--local]          a configuration per point of a [sweep] section, an array script, their state
  kairos run --help                                     every key with default, unit and meaning
  kairos --version | --help

FILE is an INI file: [section], key = value, comments after #; or a result, which is then repeated. A key on the command line wins.

KAIROS_SIMD=amx | avx512 | avx2 | portable in the environment: the best instructions that may be used, of those the processor has.

Exit codes: 0 complete; 2 command line or configuration; 3 input file; 4 output cannot be written;
            5 numerical failure; 75 interrupted and resumable; 1 anything else.
)";
}

std::string run_help_text() {
    return "kairos run [-c FILE] [--section.key=value ...]\n"
           "kairos plan [-c FILE] [--section.key=value ...]\n\n"
           "Every key can stand in FILE under its [section], or on the command line, which wins.\n"
           "Units: 1 pure number; data: of the data; time: of the process; s: seconds; -: no number.\n\n" +
           options_help();
}

std::string version_text() {
    return "kairos " + version() + " (git " + git_revision() + ", " + compiler() + ")\n";
}

}  // namespace kairos::app
