#include "kairos/base/error.hpp"

#include <gtest/gtest.h>

namespace kairos {
namespace {

TEST(Error, AConfigurationErrorIsASentenceOfFourParts) {
    const ConfigError error("process.t-max", "1.2", "makes alpha(t) = 1 - t negative", "t-max < 1",
                            "Try --process.t-max=0.999.");
    EXPECT_STREQ(error.what(),
                 "process.t-max = 1.2 makes alpha(t) = 1 - t negative.\n        Allowed: t-max < 1. Try "
                 "--process.t-max=0.999.");
    EXPECT_EQ(error.code(), ExitCode::configuration);
    EXPECT_EQ(error.key, "process.t-max");
    EXPECT_EQ(error.value, "1.2");
    EXPECT_EQ(error.allowed, "t-max < 1");
    EXPECT_EQ(error.mend, "Try --process.t-max=0.999.");
}

TEST(Error, PartsThatAreEmptyLeaveNoTrace) {
    EXPECT_STREQ(ConfigError("data.file", "", "is missing", "", "").what(), "data.file is missing.");
    EXPECT_STREQ(ConfigError("data.file", "", "is missing", "", "Name it.").what(),
                 "data.file is missing.\n        Name it.");
    EXPECT_STREQ(ConfigError("data.file", "", "is missing", "a name", "").what(),
                 "data.file is missing.\n        Allowed: a name.");
    EXPECT_STREQ(InputError("a.h5", "", "is empty", "").what(), "a.h5: is empty.");
}

TEST(Error, AnInputErrorNamesFileAndDataset) {
    const InputError error("a.h5", "means", "holds a NaN", "Remove it.");
    EXPECT_STREQ(error.what(), "a.h5, dataset means: holds a NaN.\n        Remove it.");
    EXPECT_EQ(error.code(), ExitCode::input_file);
    EXPECT_EQ(error.file, "a.h5");
    EXPECT_EQ(error.dataset, "means");
}

TEST(Error, AnOutputErrorNamesTheFile) {
    const OutputError error("/no/r.h5", "the folder does not exist", "Make it first.");
    EXPECT_STREQ(error.what(), "cannot write /no/r.h5: the folder does not exist.\n        Make it first.");
    EXPECT_EQ(error.code(), ExitCode::output);
    EXPECT_EQ(error.file, "/no/r.h5");
}

TEST(Error, ANonFiniteStateSaysSeedTrajectoryAndTimeInFull) {
    const NonFiniteState error(7, TrajectoryId{12345678901}, Time{0.1 + 0.2});
    const std::string sentence = error.what();
    EXPECT_NE(sentence.find("trajectory 12345678901 "), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("ensemble.seed = 7"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("t = 0.30000000000000004"), std::string::npos) << sentence;
    EXPECT_EQ(error.code(), ExitCode::numerical);
    EXPECT_EQ(number(error.trajectory), 12345678901U);
    EXPECT_EQ(error.seed, 7U);
    EXPECT_EQ(error.time.value, 0.1 + 0.2);
}

TEST(Error, ExitCodesAreThePromisedNumbers) {
    EXPECT_EQ(static_cast<int>(ExitCode::complete), 0);
    EXPECT_EQ(static_cast<int>(ExitCode::other), 1);
    EXPECT_EQ(static_cast<int>(ExitCode::configuration), 2);
    EXPECT_EQ(static_cast<int>(ExitCode::input_file), 3);
    EXPECT_EQ(static_cast<int>(ExitCode::output), 4);
    EXPECT_EQ(static_cast<int>(ExitCode::numerical), 5);
    EXPECT_EQ(static_cast<int>(ExitCode::interrupted), 75);
}

}  // namespace
}  // namespace kairos
