#include "kairos/app/settings.hpp"

#include <gtest/gtest.h>

#include "app/ini_file.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

using test::IniFile;

ConfigError refusal_of(const std::string& text, const std::vector<std::string>& arguments = {}) {
    const IniFile file(text);
    try {
        (void)read_settings(file.path(), arguments);
    } catch (const ConfigError& error) {
        return error;
    }
    ADD_FAILURE() << "not refused: " << text;
    return {"", "", "", "", ""};
}

TEST(Settings, DefaultsThenFileThenCommandLine) {
    const IniFile file("[data]\ndimension = 16  # sixteen\nseed = 5\n\n[ensemble]\nseed = 6\n");
    const Settings settings = read_settings(file.path(), {"--data.seed=7", "--ensemble.trajectories", "1e3"});
    EXPECT_EQ(settings.text("data.dimension"), "16");
    EXPECT_EQ(settings.integer("data.seed"), 7U);
    EXPECT_EQ(settings.integer("ensemble.seed"), 6U);
    EXPECT_EQ(settings.integer("ensemble.trajectories"), 1000U);
    EXPECT_EQ(settings.text("time.points"), "64");
    EXPECT_TRUE(settings.given("data.seed"));
    EXPECT_FALSE(settings.given("time.points"));
}

TEST(Settings, ListsMayBeEmptyAndReplaceThoseOfTheFile) {
    const IniFile file("[clones]\ntimes = 1, 2\n[data]\nweights =\n");
    EXPECT_EQ(read_settings(file.path(), {}).reals("clones.times"), (std::vector<double>{1, 2}));
    EXPECT_TRUE(read_settings(file.path(), {"--clones.times="}).reals("clones.times").empty());
    EXPECT_TRUE(read_settings(file.path(), {"--clones.times", ""}).reals("clones.times").empty());
}

TEST(Settings, ANumberWithoutValueIsRefused) {
    EXPECT_EQ(refusal_of("[data]\ndimension =\n").key, "data.dimension");
    for (const std::vector<std::string>& tokens :
         std::vector<std::vector<std::string>>{{"--data.dimension"},
                                               {"--data.dimension="},
                                               {"--data.dimension", "--data.seed=2"},
                                               {"--data.dimension", "--data.seed"}}) {
        const ConfigError error = refusal_of("[data]\n", tokens);
        EXPECT_EQ(error.key, "data.dimension");
        EXPECT_NE(std::string(error.what()).find("has no value"), std::string::npos) << error.what();
    }
}

TEST(Settings, AMisspeltKeyNamesTheNearestFromEitherSource) {
    for (const ConfigError& error :
         {refusal_of("[data]\ndimenson = 3\n"), refusal_of("[data]\n", {"--data.dimenson=3"})}) {
        EXPECT_EQ(error.key, "data.dimenson");
        EXPECT_EQ(error.value, "3");
        EXPECT_EQ(error.mend, "Nearest: data.dimension.");
    }
}

TEST(Settings, KeysAreNotGuessedFromTheirBeginning) {
    EXPECT_EQ(refusal_of("[data]\n", {"--data.dim=3"}).key, "data.dim");
    EXPECT_EQ(refusal_of("[data]\n", {"--Data.dimension=3"}).key, "Data.dimension");
}

TEST(Settings, AnUnknownSectionIsRefusedEvenWithoutKeys) {
    const ConfigError error = refusal_of("[data]\nseed = 1\n[tiem]\n");
    EXPECT_NE(std::string(error.what()).find("line 3"), std::string::npos) << error.what();
    EXPECT_EQ(error.mend, "Nearest: time.");
    EXPECT_EQ(refusal_of("[]\nseed = 1\n").key, "[]");
}

TEST(Settings, AMalformedLineIsShownWithFileAndNumber) {
    const IniFile file("[data]\n\ndimension 3\n");
    try {
        (void)read_settings(file.path(), {});
        FAIL();
    } catch (const ConfigError& error) {
        const std::string sentence = error.what();
        EXPECT_NE(sentence.find(file.path() + ", line 3"), std::string::npos) << sentence;
        EXPECT_NE(sentence.find("'dimension 3'"), std::string::npos) << sentence;
    }
    EXPECT_THROW((void)read_settings(IniFile("[data\nseed = 1\n").path(), {}), ConfigError);
    EXPECT_THROW((void)read_settings(IniFile("; comment\n[data]\nseed = 1\n").path(), {}), ConfigError);
}

TEST(Settings, ABinaryFileIsRefusedWithoutShowingItsBytes) {
    const ConfigError error = refusal_of(std::string("\x89PNG\r\n\x1a\n\0\0\0=\1", 13));
    for (const char letter : std::string(error.what()))
        EXPECT_TRUE(letter == '\n' || static_cast<unsigned char>(letter) >= ' ');
}

TEST(Settings, AKeyMayAppearOnceInEachSource) {
    EXPECT_EQ(refusal_of("[data]\nseed = 1\n[time]\npoints = 3\n[data]\nseed = 1\n").key, "data.seed");
    EXPECT_EQ(refusal_of("[data]\n", {"--data.seed=1", "--data.seed=2"}).key, "data.seed");
    EXPECT_EQ(refusal_of("[data]\n", {"--data.file=", "--data.file=x"}).key, "data.file");
}

TEST(Settings, WhatIsNoOptionIsRefused) {
    EXPECT_EQ(refusal_of("[data]\n", {"stray"}).value, "stray");
    EXPECT_EQ(refusal_of("[data]\n", {"--data.seed=1", "2"}).value, "2");
    EXPECT_EQ(refusal_of("[data]\n", {"-x"}).value, "-x");
    EXPECT_EQ(refusal_of("[data]\n", {"--", "--data.seed=1"}).key, "command line");
}

TEST(Settings, AFileThatCannotBeReadIsAnInputError) {
    const IniFile empty("");
    for (const std::string& file : {std::string("/no/such/file.ini"), std::string("/tmp"), empty.path()}) {
        try {
            (void)read_settings(file, {});
            ADD_FAILURE() << file;
        } catch (const InputError& error) {
            EXPECT_EQ(error.code(), ExitCode::input_file);
            EXPECT_EQ(error.file, file);
            EXPECT_NE(std::string(error.what()).find(file), std::string::npos);
        }
    }
}

TEST(Settings, LinesOfOtherSystemsAndMissingLastNewlineAreRead) {
    const IniFile file("[data]\r\ndimension = 16\r\nseed = 3");
    const Settings settings = read_settings(file.path(), {});
    EXPECT_EQ(settings.text("data.dimension"), "16");
    EXPECT_EQ(settings.text("data.seed"), "3");
    const IniFile marked("\xef\xbb\xbf[data]\ndimension = 17\n");
    EXPECT_EQ(read_settings(marked.path(), {}).text("data.dimension"), "17");
}

}  // namespace
}  // namespace kairos::app
