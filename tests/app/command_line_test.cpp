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
    EXPECT_EQ(parse({"run", "--config=job.ini"}).config_file, "job.ini");
    EXPECT_EQ(parse({"run", "--config", "job.ini"}).config_file, "job.ini");
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

TEST(CommandLine, AnalyzeTakesFilesAndTwoOutputs) {
    const CommandLine line = parse({"analyze", "a.h5", "b.h5", "-o", "s.h5"});
    EXPECT_EQ(line.command, Command::analyze);
    EXPECT_EQ(line.files, (std::vector<std::string>{"a.h5", "b.h5"}));
    EXPECT_EQ(line.output, "s.h5");
    EXPECT_FALSE(line.csv);
    EXPECT_EQ(refusal_of({"analyze"}).key, "analyze");
    EXPECT_EQ(refusal_of({"analyze", "-o", "s.h5"}).key, "analyze");
    EXPECT_EQ(refusal_of({"analyze", "--data.seed=3", "a.h5"}).value, "--data.seed=3");
}

TEST(CommandLine, CsvGoesToStdoutOrToANamedFile) {
    EXPECT_TRUE(parse({"analyze", "a.h5", "--csv"}).csv);
    EXPECT_EQ(parse({"analyze", "a.h5", "--csv"}).csv_file, "");
    EXPECT_EQ(parse({"analyze", "--csv=t.txt", "a.h5"}).csv_file, "t.txt");
    const CommandLine apart = parse({"analyze", "--csv", "t.csv", "a.h5"});
    EXPECT_EQ(apart.csv_file, "t.csv");
    EXPECT_EQ(apart.files, std::vector<std::string>{"a.h5"});
    const CommandLine before = parse({"analyze", "--csv", "a.h5"});  // a result, not the table
    EXPECT_EQ(before.csv_file, "");
    EXPECT_EQ(before.files, std::vector<std::string>{"a.h5"});
    EXPECT_EQ(refusal_of({"merge", "a.h5", "b.h5", "-o", "c.h5", "--csv"}).value, "--csv");
}

TEST(CommandLine, MergeNeedsTwoFilesAndAnOutput) {
    const CommandLine line = parse({"merge", "a.h5", "b.h5", "c.h5", "-o", "d.h5"});
    EXPECT_EQ(line.command, Command::merge);
    EXPECT_EQ(line.files, (std::vector<std::string>{"a.h5", "b.h5", "c.h5"}));
    EXPECT_EQ(line.output, "d.h5");
    EXPECT_EQ(refusal_of({"merge", "a.h5", "-o", "d.h5"}).key, "merge");
    EXPECT_EQ(refusal_of({"merge", "a.h5", "b.h5"}).key, "merge");
    EXPECT_EQ(refusal_of({"merge"}).key, "merge");
}

TEST(CommandLine, SweepNeedsAFileAndAFolder) {
    const CommandLine line = parse({"sweep", "-c", "s.ini", "-o", "d", "--local"});
    EXPECT_EQ(line.command, Command::sweep);
    EXPECT_EQ(line.config_file, "s.ini");
    EXPECT_EQ(line.output, "d");
    EXPECT_TRUE(line.local);
    EXPECT_FALSE(parse({"sweep", "-c", "s.ini", "-o", "d"}).local);
    EXPECT_EQ(refusal_of({"sweep", "-c", "s.ini"}).key, "sweep");
    EXPECT_EQ(refusal_of({"sweep", "-o", "d"}).key, "sweep");
    EXPECT_EQ(refusal_of({"sweep", "-c", "s.ini", "-o", "d", "--data.seed=1"}).value, "--data.seed=1");
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
    EXPECT_EQ(refusal_of({"run", "--config="}).key, "command line");
    EXPECT_EQ(refusal_of({"run", "-c", "a.ini", "-c", "b.ini"}).value, "b.ini");
    EXPECT_EQ(refusal_of({"run", "-c", "a.ini", "--config=b.ini"}).value, "b.ini");
    EXPECT_EQ(refusal_of({"analyze", "a.h5", "-o", "x.h5", "-o", "y.h5"}).value, "y.h5");
    EXPECT_EQ(refusal_of({"sweep", "-c", "s.ini", "-o", "d", "-o", "e"}).value, "e");
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
