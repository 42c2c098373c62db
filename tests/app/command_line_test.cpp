#include "kairos/app/command_line.hpp"

#include <gtest/gtest.h>

#include "kairos/app/options.hpp"
#include "kairos/app/version.hpp"

namespace kairos::app {
namespace {

using Command = CommandLine::Command;

CommandLine parse(std::vector<const char*> tokens) {
    tokens.insert(tokens.begin(), "kairos");
    return parse_command_line(static_cast<int>(tokens.size()), tokens.data());
}

ConfigError refusal_of(const std::vector<const char*>& tokens) {
    try {
        (void)parse(tokens);
    } catch (const ConfigError& error) {
        return error;
    }
    ADD_FAILURE() << "not refused: " << testing::PrintToString(tokens);
    return {"", "", "", "", ""};
}

TEST(CommandLine, RunTakesAFileAndLeavesTheKeysToTheConfiguration) {
    const CommandLine line = parse({"run", "--data.seed=3", "-c", "job.ini", "--time.points", "5"});
    EXPECT_EQ(line.command, Command::run);
    EXPECT_EQ(line.config_file, "job.ini");
    EXPECT_EQ(line.overrides, (std::vector<std::string>{"--data.seed=3", "--time.points", "5"}));
    EXPECT_EQ(parse({"plan", "-c", "job.ini"}).command, Command::plan);
    EXPECT_EQ(parse({"run"}).config_file, "");
}

TEST(CommandLine, HelpAndVersion) {
    EXPECT_EQ(parse({"--help"}).command, Command::help);
    EXPECT_EQ(parse({"--version"}).command, Command::version);
    EXPECT_EQ(parse({"run", "--help"}).command, Command::run_help);
    EXPECT_EQ(parse({"plan", "--data.seed=3", "--help"}).command, Command::run_help);
    EXPECT_EQ(parse({"analyze", "--help"}).command, Command::help);
    EXPECT_EQ(parse({"merge", "--help"}).command, Command::help);
}

TEST(CommandLine, AnalyzeTakesOneFileInThisVersion) {
    const CommandLine line = parse({"analyze", "result.h5"});
    EXPECT_EQ(line.command, Command::analyze);
    EXPECT_EQ(line.files, std::vector<std::string>{"result.h5"});
    EXPECT_NE(
        std::string(refusal_of({"analyze", "a.h5", "b.h5"}).what()).find("not available in this version"),
        std::string::npos);
    EXPECT_NE(std::string(refusal_of({"analyze", "a.h5", "-o", "s.h5"}).what())
                  .find("not available in this version"),
              std::string::npos);
    EXPECT_EQ(refusal_of({"analyze"}).key, "analyze");
    EXPECT_EQ(refusal_of({"analyze", "--data.seed=3", "a.h5"}).value, "--data.seed=3");
}

TEST(CommandLine, MergeAndSweepAreNotAvailableInThisVersion) {
    const std::vector<std::vector<const char*>> lines = {{"merge", "a.h5", "b.h5", "-o", "c.h5"},
                                                         {"sweep", "-c", "s.ini", "-o", "d"}};
    for (const auto& tokens : lines) {
        const ConfigError error = refusal_of(tokens);
        EXPECT_EQ(error.code(), ExitCode::configuration);
        EXPECT_EQ(error.key, tokens.front());
        EXPECT_NE(std::string(error.what()).find("not available in this version"), std::string::npos);
    }
}

TEST(CommandLine, AnUnknownCommandNamesTheNearest) {
    const ConfigError error = refusal_of({"analyse", "result.h5"});
    EXPECT_EQ(error.key, "command line");
    EXPECT_EQ(error.value, "analyse");
    EXPECT_EQ(error.mend, "Nearest: analyze.");
    EXPECT_EQ(refusal_of({"--verison"}).mend, "Nearest: --version.");
    EXPECT_EQ(refusal_of({}).key, "command line");
}

TEST(CommandLine, IncompleteAndExcessArgumentsAreRefused) {
    EXPECT_EQ(refusal_of({"run", "-c"}).key, "command line");
    EXPECT_EQ(refusal_of({"run", "-c", ""}).key, "command line");
    EXPECT_EQ(refusal_of({"run", "-c", "a.ini", "-c", "b.ini"}).value, "b.ini");
    EXPECT_EQ(refusal_of({"--version", "now"}).value, "now");
    EXPECT_EQ(refusal_of({"analyze", "a.h5", "-o"}).key, "command line");
}

TEST(CommandLine, TextsNameCommandsKeysAndVersion) {
    for (const char* command : {"run", "plan", "analyze", "merge", "sweep", "--version", "--help"}) {
        EXPECT_NE(help_text().find(command), std::string::npos) << command;
    }
    for (const Option& option : option_table())
        EXPECT_NE(run_help_text().find(option.key), std::string::npos) << option.key;
    EXPECT_NE(version_text().find("kairos " + version()), std::string::npos);
}

}  // namespace
}  // namespace kairos::app
