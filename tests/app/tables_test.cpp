// Columns of the tables stand below each other, whatever the names.
#include "kairos/app/tables.hpp"

#include <gtest/gtest.h>

#include <cmath>
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

// Told once, and only where theory has a time: speciation_stability_ode has none under ou.
TEST(Tables, ATimeThatIsMissedIsExplained) {
    const double nan = std::nan("");
    const auto row = [](const std::string& name, double time, double theory) {
        TransitionRow made{name, {}};
        made.found.time = time, made.found.theory = theory;
        return made;
    };
    const std::string advice = "raise time.points";
    const std::string missed = transition_table({row("a", nan, 1.2), row("b", nan, 1.3), row("c", 1.0, 1.0)});
    EXPECT_EQ(lines_of(missed).size(), 6U) << missed;
    EXPECT_NE(missed.find(advice), std::string::npos) << missed;
    const std::string absent = transition_table({row("a", nan, nan), row("b", 1.0, nan), row("c", 1.0, 1.0)});
    EXPECT_EQ(lines_of(absent).size(), 4U) << absent;
    EXPECT_EQ(absent.find(advice), std::string::npos) << absent;
}

TEST(Tables, OfShortNamesHaveOneWidth) {
    EXPECT_EQ(lines_of(identity_table_text({{"stein", 1.5, 0.25}})).front().find("largest |z|"), 32U);
}

}  // namespace
}  // namespace kairos::app
