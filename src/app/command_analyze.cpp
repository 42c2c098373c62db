#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "kairos/app/analysis_text.hpp"
#include "kairos/app/commands.hpp"
#include "kairos/app/tables.hpp"
#include "kairos/app/write_analysis.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/file_lock.hpp"
#include "kairos/io/read_result.hpp"
#include "same_file.hpp"

namespace kairos::app {
namespace {

// Everything that one result says about itself.
std::string tables_of(const std::string& file) {
    const io::ResultReader result(file);
    std::vector<TransitionRow> transitions;
    for (const auto& name : result.groups("/transitions"))
        transitions.push_back({name, stored_transition(result, name)});
    std::vector<DecisionRow> decisions;
    for (const auto& name : result.groups("/decisions"))
        decisions.push_back({name, stored_decisions(result, name)});
    const auto times = result.vector("/time");
    std::vector<IdentityRow> identities;
    for (const auto& name : result.groups("/identities"))
        identities.push_back(worst_of(name, result.array("/identities/" + name + "/z").values, times));
    char trajectories[32];
    std::snprintf(trajectories, sizeof trajectories, "%.0f", result.number("/", "trajectories"));
    return result.file() + ": " + result.text("/config", "data.model") + ", " + trajectories +
           " trajectories\n\n" + transition_table(transitions) + "\n" + decision_table(decisions) + "\n" +
           identity_table_text(identities) + "\n" + identity_warnings(identities);
}

void write_text(const std::string& path, const std::string& text) {
    const std::string part = path + ".part";
    std::FILE* file = std::fopen(part.c_str(), "w");
    bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (file != nullptr) good = std::fclose(file) == 0 && good;
    if (good && std::rename(part.c_str(), path.c_str()) == 0) return;
    const std::string problem = std::strerror(errno);
    std::remove(part.c_str());
    throw OutputError(path, problem, "Choose another file, or make room.");
}

void require_two_outputs(const CommandLine& line) {
    if (line.output.empty() || line.csv_file.empty()) return;
    const std::string name = shared_name(names_of_output(line.output), names_of_output(line.csv_file));
    if (!name.empty())
        throw ConfigError("analyze", line.output, meets(line.output, name, "taken by --csv too"),
                          "a file of its own", "");
}

}  // namespace

void command_analyze(const CommandLine& line) {
    const auto alone = parallel::Communicator::serial();
    require_two_outputs(line);
    std::vector<std::unique_ptr<io::FileLock>> locks;
    for (const std::string& output : {line.output, line.csv_file})
        if (!output.empty()) {
            require_apart("analyze", output, line.files);
            locks.push_back(std::make_unique<io::FileLock>(alone, output));
        }
    const bool tables_alone = line.files.size() == 1 && !line.csv && line.output.empty();
    std::string text;
    if (line.files.size() == 1 && !(line.csv && line.csv_file.empty())) text = tables_of(line.files.front());
    if (!tables_alone) {
        const AnalysisFindings findings = analysed(line.files);
        if (line.csv && line.csv_file.empty())
            text = analysis_csv(findings);
        else if (line.files.size() > 1)
            text = analysis_text(findings);
        if (!line.csv_file.empty()) write_text(line.csv_file, analysis_csv(findings));
        if (!line.output.empty()) write_analysis(findings, line.output, line.text);
    }
    std::fputs(text.c_str(), stdout);
}

}  // namespace kairos::app
