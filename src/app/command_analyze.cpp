#include <cstdio>

#include "kairos/app/commands.hpp"
#include "kairos/app/tables.hpp"
#include "kairos/io/read_result.hpp"

namespace kairos::app {

void command_analyze(const CommandLine& line) {
    const io::ResultReader result(line.files.front());
    std::vector<TransitionRow> transitions;
    for (const auto& name : result.groups("/transitions")) {
        const std::string group = "/transitions/" + name + "/";
        transitions.push_back({name,
                               {result.scalar(group + "time"), result.scalar(group + "stderr"),
                                result.scalar(group + "ci95_low"), result.scalar(group + "ci95_high"),
                                result.scalar(group + "theory")}});
    }
    std::vector<DecisionRow> decisions;
    for (const auto& name : result.groups("/decisions")) {
        const std::string group = "/decisions/" + name;
        decisions.push_back({name, result.scalar(group + "/mean"), result.scalar(group + "/stderr"),
                             result.number(group, "fraction")});
    }
    const auto times = result.vector("/time");
    std::vector<IdentityRow> identities;
    for (const auto& name : result.groups("/identities"))
        identities.push_back(worst_of(name, result.array("/identities/" + name + "/z").values, times));
    std::printf("%s: %s, %.0f trajectories\n\n%s\n%s\n%s\n%s", result.file().c_str(),
                result.text("/config", "data.model").c_str(), result.number("/", "trajectories"),
                transition_table(transitions).c_str(), decision_table(decisions).c_str(),
                identity_table_text(identities).c_str(), identity_warnings(identities).c_str());
}

}  // namespace kairos::app
