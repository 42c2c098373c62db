// Columns of the tables stand below each other, whatever the names.
#include "kairos/app/tables.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace kairos::app {
namespace {

const std::vector<std::string> names = {"stein", "speciation_entropy_variance_level_1",
                                        "speciation_split_entropy_variance_level_10"};

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// Lines of one length, since the last column is to the right, and of every row the first number in one column.
void expect_columns(const std::string& text, const std::string& title) {
    const auto lines = lines_of(text);
    ASSERT_EQ(lines.size(), names.size() + 1);
    const std::size_t end = lines[0].find(title) + title.size();
    for (const std::string& line : lines) {
        EXPECT_EQ(line.size(), lines[0].size()) << text;
        EXPECT_NE(line[end - 1], ' ') << text;
        EXPECT_EQ(line[end], ' ') << text;
    }
}

TEST(Tables, ColumnsFollowTheLongestName) {
    std::vector<TransitionRow> transitions;
    std::vector<DecisionRow> decisions;
    std::vector<IdentityRow> identities;
    for (const std::string& name : names) {
        transitions.push_back({name, {}});
        transitions.back().found.time = 3.25;
        decisions.push_back({name, {}});
        decisions.back().found.mean = 2.5;
        identities.push_back({name, 1.5, 0.25});
    }
    expect_columns(transition_table(transitions), "time");
    expect_columns(decision_table(decisions), "mean time");
    expect_columns(identity_table_text(identities), "largest |z|");
}

TEST(Tables, OfShortNamesHaveOneWidth) {
    EXPECT_EQ(lines_of(identity_table_text({{"stein", 1.5, 0.25}})).front().find("largest |z|"), 32U);
}

}  // namespace
}  // namespace kairos::app
