// include/kairos/app/command_line.hpp: what the program was asked to do.
//
//   kairos run | plan  [-c FILE] [--section.key=value ...]
//   kairos analyze RESULT.h5 ... [-o SUMMARY.h5] [--csv[=TABLE.csv]]      kairos merge A.h5 B.h5 ... -o OUT.h5
//   kairos sweep -c SWEEP.ini -o DIR [--local]
//   kairos --version | --help | run --help
//
// Keys are not judged here: `overrides` are the tokens that read_config takes.
// Errors: ConfigError (exit code 2) for what is no command or no argument of it, and for what this version
// does not offer.
#pragma once
#include <string>
#include <vector>

namespace kairos::app {

struct CommandLine {
    enum class Command { run, plan, analyze, merge, sweep, help, version, run_help };
    Command command = Command::help;
    std::string config_file;             // -c, empty if absent
    std::vector<std::string> overrides;  // "--section.key=value", or "--section.key" and "value"
    std::vector<std::string> files;      // of analyze and merge
    std::string output;                  // -o
    bool csv = false;                    // analyze --csv: CSV instead of text,
    std::string csv_file;                // into this file if one is named
    bool local = false;                  // sweep --local
    std::string text;                    // the whole line as typed, for the record
};

[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

[[nodiscard]] std::string help_text();      // the commands
[[nodiscard]] std::string run_help_text();  // every key
[[nodiscard]] std::string version_text();   // one line

}  // namespace kairos::app
