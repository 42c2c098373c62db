#include "kairos/app/options.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "app/keys.hpp"

namespace kairos::app {
namespace {

using test::every_key;
using test::KeyCase;

TEST(Options, TheTableHoldsExactlyTheDocumentedKeysWithTheirDefaults) {
    ASSERT_EQ(option_table().size(), every_key().size());
    for (std::size_t i = 0; i < every_key().size(); ++i) {
        EXPECT_EQ(option_table()[i].key, every_key()[i].key);
        EXPECT_EQ(option_table()[i].standard, every_key()[i].standard) << every_key()[i].key;
    }
}

TEST(Options, EveryRowHasAUnitAMeaningAndAKnownSection) {
    std::set<std::string> sections;
    for (const Section& section : section_table()) sections.insert(section.name);
    for (const Option& option : option_table()) {
        EXPECT_FALSE(option.unit.empty()) << option.key;
        EXPECT_FALSE(option.meaning.empty()) << option.key;
        EXPECT_EQ(sections.count(option.section()), 1U) << option.key;
        EXPECT_EQ(option.type == ValueType::choice, !option.choices.empty()) << option.key;
    }
}

TEST(Options, EveryDefaultIsValidAndAvailable) {
    for (const Option& option : option_table()) {
        EXPECT_EQ(checked_value(option, option.standard), option.standard);
        EXPECT_NO_THROW(refuse_unavailable(option, option.standard)) << option.key;
    }
}

class EveryKey : public testing::TestWithParam<KeyCase> {
protected:
    // The refusal names key, value and what is allowed, as members and in the sentence.
    void expect_refused(const std::string& value) const {
        try {
            const std::string kept = checked_value(*find_option(GetParam().key), value);
            ADD_FAILURE() << GetParam().key << " = " << value << " was taken as " << kept;
        } catch (const ConfigError& error) {
            const std::string sentence = error.what();
            EXPECT_EQ(error.code(), ExitCode::configuration);
            EXPECT_EQ(error.key, GetParam().key);
            EXPECT_EQ(error.value, value);
            EXPECT_FALSE(error.allowed.empty());
            EXPECT_NE(sentence.find(GetParam().key + " = " + value), std::string::npos) << sentence;
            EXPECT_NE(sentence.find(error.allowed), std::string::npos) << sentence;
        }
    }
};

class TypedKey : public EveryKey {};   // any text is right for the others
class RangedKey : public EveryKey {};  // the others take every value of their type

TEST_P(TypedKey, RefusesTheWrongType) { expect_refused(GetParam().wrong); }

TEST_P(RangedKey, RefusesWhatIsOutOfRange) { expect_refused(GetParam().out_of_range); }

TEST_P(EveryKey, TakesAValidValue) {
    const Option& option = *find_option(GetParam().key);
    const std::string value = GetParam().valid.empty() ? option.standard : GetParam().valid;
    EXPECT_NO_THROW((void)checked_value(option, value)) << value;
}

TEST_P(EveryKey, IsSuggestedForAMisspelling) {
    const std::string& key = GetParam().key;
    std::string swapped = key;  // the first two letters of its name
    std::swap(swapped[key.find('.') + 1], swapped[key.find('.') + 2]);
    const ConfigError error = unknown_key(swapped, "3");
    EXPECT_EQ(error.key, swapped);
    EXPECT_EQ(error.value, "3");
    EXPECT_EQ(error.mend, "Nearest: " + key + ".");
    EXPECT_NE(error.allowed.find(find_option(key)->name()), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(swapped), std::string::npos);
}

std::string test_name(const testing::TestParamInfo<KeyCase>& info) {
    std::string name = info.param.key;
    for (char& letter : name) letter = letter == '.' || letter == '-' ? '_' : letter;
    return name;
}

// The keys that have a value of this sort.
std::vector<KeyCase> keys_with(std::string KeyCase::*sort) {
    std::vector<KeyCase> keys;
    for (const KeyCase& key : every_key()) {
        if (!(key.*sort).empty()) keys.push_back(key);
    }
    return keys;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryKey, testing::ValuesIn(every_key()), test_name);
INSTANTIATE_TEST_SUITE_P(Table, TypedKey, testing::ValuesIn(keys_with(&KeyCase::wrong)), test_name);
INSTANTIATE_TEST_SUITE_P(Table, RangedKey, testing::ValuesIn(keys_with(&KeyCase::out_of_range)), test_name);

TEST(Options, IntegersWrittenWithAnExponentAreExact) {
    const Option& dimension = *find_option("data.dimension");
    EXPECT_EQ(checked_value(dimension, "1e9"), "1000000000");
    EXPECT_EQ(checked_value(dimension, "1.5e3"), "1500");
    EXPECT_EQ(checked_value(dimension, "9e15"), "9000000000000000");
    EXPECT_EQ(checked_value(*find_option("data.seed"), "9007199254740993"), "9007199254740993");  // 2^53 + 1
    EXPECT_THROW((void)checked_value(dimension, "9000000000000001"), ConfigError);
    EXPECT_THROW((void)checked_value(dimension, "1.5"), ConfigError);
}

TEST(Options, ValuesAreBroughtToOneSpelling) {
    EXPECT_EQ(checked_value(*find_option("data.sigma"), " 1.0 , 0.50,2e0"), "1,0.5,2");
    EXPECT_EQ(checked_value(*find_option("data.separation"), "+1.2500"), "1.25");
    EXPECT_EQ(checked_value(*find_option("data.labels"), "coarse , fine"), "coarse,fine");
    EXPECT_EQ(checked_value(*find_option("process.t-min"), "0.1000000000000000055511151231257827"), "0.1");
}

TEST(Options, NumbersWithTrailingJunkOrWithoutFiniteValueAreRefused) {
    for (const char* value : {"1x", "1 2", "nan", "inf", "-inf", "1e400", "", "--1", "+-1", "0x1", "1,"}) {
        EXPECT_THROW((void)checked_value(*find_option("data.separation"), value), ConfigError) << value;
        EXPECT_THROW((void)checked_value(*find_option("data.dimension"), value), ConfigError) << value;
    }
}

TEST(Options, AMisspeltChoiceSuggestsTheNearest) {
    try {
        (void)checked_value(*find_option("ensemble.integrator"), "euler-maryuama");
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.mend, "Nearest: euler-maruyama.");
        EXPECT_EQ(error.allowed, "exact | euler-maruyama | exponential | heun | ode-heun");
    }
}

TEST(Options, AKeyOfAnotherSectionIsSuggestedThere) {
    EXPECT_EQ(unknown_key("data.trajectories", "3").mend, "Nearest: ensemble.trajectories.");
    EXPECT_EQ(unknown_key("dimension", "3").mend, "Nearest: data.dimension.");
    EXPECT_EQ(unknown_key("dta.seed", "3").mend, "Nearest: data.seed.");
    EXPECT_EQ(unknown_section("ensembel", "run.ini, line 3").mend, "Nearest: ensemble.");
    EXPECT_EQ(unknown_key("quite.unheard-of", "3").mend, "See kairos run --help.");
}

TEST(Options, HelpShowsEveryKeyOnceWithDefaultAndUnitInAHundredColumns) {
    std::istringstream help(options_help());
    std::set<std::string> seen;
    std::size_t unit_column = 0;
    for (std::string line; std::getline(help, line);) {
        EXPECT_LE(line.size(), 100U) << line;
        if (unit_column == 0) unit_column = line.find("unit");
        if (line.size() < 3 || line[2] == ' ') continue;
        std::istringstream words(line);
        std::string key, standard;
        words >> key >> standard;
        const Option* option = find_option(key);
        if (option == nullptr) continue;
        EXPECT_TRUE(seen.insert(key).second) << key;
        EXPECT_EQ(standard, option->standard.empty() ? "(empty)" : option->standard);
        EXPECT_EQ(line.compare(unit_column, option->unit.size(), option->unit), 0) << line;
    }
    EXPECT_EQ(seen.size(), option_table().size());
}

TEST(Options, HelpListsEveryChoice) {
    std::string words = options_help();
    for (char& letter : words) letter = letter == '\n' ? ' ' : letter;
    for (const Option& option : option_table()) {
        for (const std::string& choice : option.choices)
            EXPECT_NE(words.find(choice), std::string::npos) << choice;
    }
}

}  // namespace
}  // namespace kairos::app
