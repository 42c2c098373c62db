// The folder of a sweep: what is written there, and what it says of each point.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "kairos/app/stored_result.hpp"
#include "kairos/app/sweep.hpp"
#include "kairos/app/text.hpp"
#include "kairos/base/error.hpp"
#include "kairos/measure/observables.hpp"

namespace kairos::app {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (stream && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    return text.str();
}

bool is_there(const std::string& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
}

// 0, or the errno of what failed.
int written_to_disk(const std::string& file, const std::string& text) {
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) return errno;
    int fault = 0;
    for (std::size_t done = 0; done < text.size() && fault == 0;) {
        const ssize_t count = write(descriptor, text.data() + done, text.size() - done);
        if (count >= 0)
            done += static_cast<std::size_t>(count);
        else if (errno != EINTR)
            fault = errno;
    }
    if (fault == 0 && fsync(descriptor) != 0) fault = errno;
    if (close(descriptor) != 0 && fault == 0) fault = errno;
    return fault;
}

// Under another name first: a reader finds the old text or the new one. Untouched where it is the same.
void replace_text(const std::string& file, const std::string& text) {
    if (is_there(file) && content_of(file) == text) return;
    const std::string part = file + ".part";
    int fault = written_to_disk(part, text);
    if (fault == 0 && std::rename(part.c_str(), file.c_str()) != 0) fault = errno;
    if (fault == 0) return;
    unlink(part.c_str());
    throw OutputError(file, std::strerror(fault), "Make room, or choose another folder after -o.");
}

std::string ini_of(const SweepPoint& point) {
    std::map<std::string, std::string> sections;
    for (const auto& [key, value] : point.given) {
        const auto dot = key.find('.');
        sections[key.substr(0, dot)].append(key, dot + 1).append(" = ").append(value).append("\n");
    }
    std::string text;
    for (const auto& [name, lines] : sections) text.append("[").append(name).append("]\n").append(lines);
    return text;
}

// Exit code 75 puts a task back into the queue; bash runs traps during `wait` only.
constexpr const char* script_text = R"script(#SBATCH --job-name=kairos-sweep
#SBATCH --ntasks=1
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --output=/dev/null
# Submit with sbatch; options there win (--ntasks, --time, --partition, --array=2,5). LAUNCH, PROGRAM and LOCK_WAIT (seconds) may be set in the environment.
set -u
point=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "$folder/points.txt")
[ -n "$point" ] || { echo "there is no point ${SLURM_ARRAY_TASK_ID}" >&2; exit 2; }
at=$folder/$point
cd "$from" || { echo "failed 4 there is no folder $from here" >"$at.state"; exit 4; }
task=${SLURM_ARRAY_JOB_ID:-$$}_$SLURM_ARRAY_TASK_ID
exec 9>>"$at.log"
# A node that was lost keeps its lock for a minute or so. Where the file system has no locks the task goes on without.
flock -w "${LOCK_WAIT:-120}" -E 75 9
[ $? = 75 ] && { echo "another task is at work on $point" >&2; exit 4; }
if [ -z "${SLURM_JOB_END_TIME:-}" ] && command -v squeue >/dev/null && [ -n "${SLURM_JOB_ID:-}" ]; then
    end=$(squeue -h -j "$SLURM_JOB_ID" -o %e) && SLURM_JOB_END_TIME=$(date -d "$end" +%s) && export SLURM_JOB_END_TIME
fi
echo "running job $task" >"$at.state"
${LAUNCH-srun --mpi=pmix --wait=60} "${PROGRAM:-$program}" run -c "$at.ini" >"$at.log" 2>&1 &
pid=$!
trap 'told=yes; kill -USR1 $pid' USR1 TERM
told=yes
while [ $told = yes ]; do told=no; wait $pid; code=$?; done
[ $code = 138 ] && code=75 # told before it was far enough to listen
case $code in
    0) rm -f "$at.state" ;;
    75) rm -f "$at.state"; [ -n "${SLURM_JOB_ID:-}" ] && exec scontrol requeue "$SLURM_JOB_ID" ;;
    *) echo "failed $code $(grep '^kairos: ' "$at.log" | tail -n1 | cut -c9-)" >"$at.state" ;;
esac
exit $code
)script";

std::string shell_quoted(const std::string& text) {
    std::string inside;
    for (const char letter : text) inside += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return "'" + inside + "'";
}

// Paths are in the body: sbatch has quoting rules of its own for what directives say.
std::string script_of(std::size_t points, const std::string& folder, const std::string& program) {
    std::error_code fault;
    const fs::path from = fs::current_path(fault);
    if (fault)
        throw OutputError(folder, "the working folder cannot be told: " + fault.message(),
                          "Go to a folder that is there.");
    const std::string text(script_text);
    const auto body = text.find("set -u\n");
    std::string script = "#!/bin/bash\n#SBATCH --array=1-";
    script.append(std::to_string(points)).append("\n").append(text.substr(0, body));
    script.append("from=").append(shell_quoted(from.string()));
    script.append("\nfolder=").append(shell_quoted((from / folder).string()));
    script.append("\nprogram=").append(shell_quoted(program)).append("\n");
    return script.append(text.substr(body));
}

// Whether a point that says it runs here still does; elsewhere it is believed.
bool is_alive(const std::string& host, long pid) {
    char here[256] = {};
    if (gethostname(here, sizeof here - 1) != 0 || host != here) return true;
    return kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

PointState noted_state(const std::string& text) {
    std::istringstream words(text);
    std::string stage, where;
    long pid = 0;
    words >> stage >> where;
    if (stage == "failed") {
        std::string rest;
        std::getline(words, rest);
        return {PointStage::failed, "exit code " + where + ":" + rest};
    }
    if (stage != "running") return {};
    if (where != "job" && words >> pid && !is_alive(where, pid))
        return {PointStage::failed, "its process ended without a word"};
    return {PointStage::running, text.substr(8, text.find('\n') - 8)};
}

// default and all stand for what the law has: every name that is not one of theirs is asked for, or belongs to a histogram.
bool are_observables(const std::string& given, const Keys& stored) {
    const auto has = [](const std::vector<std::string>& names, const std::string& name) {
        return std::ranges::find(names, name) != names.end();
    };
    const auto asked = split_list(given), histograms = split_list(stored.at("observe.histograms")),
               measured = split_list(stored.at("observe.observables"));
    const bool all = has(asked, "all"), standard = has(asked, "default");
    const auto expected = [&](const std::string& name) {
        const auto* known = measure::find_observable(name);
        return all || has(asked, name) || has(histograms, name) || (standard && known && known->in_default);
    };
    return std::ranges::all_of(measured, expected) &&
           std::ranges::all_of(asked, [&](const std::string& name) {
               return name == "all" || name == "default" || has(measured, name);
           });
}

// A value as the run that has it wrote it down, with what it left to the program filled in.
bool agrees(const std::string& key, const std::string& given, const Keys& stored) {
    const auto found = stored.find(key);
    if (key == "output.file" || (found != stored.end() && (found->second == given || given == "auto")))
        return true;
    if (key == "ensemble.trajectories")  // a result that has more of them is left alone
        return found != stored.end() && std::stod(found->second) >= std::stod(given);
    return key == "observe.observables" && found != stored.end() && stored.contains("observe.histograms") &&
           are_observables(given, stored);
}

// Trajectories of a complete result of this configuration; -1 where there is none.
double trajectories_of(const SweepPoint& point, const std::string& folder) {
    const std::string file = file_of(point, folder, ".h5");
    if (!is_there(file)) return -1;
    try {
        const io::ResultReader result(file);
        const Keys stored = keys_of(result);
        for (const auto& [key, value] : point.given)
            if (!agrees(key, value, stored)) return -1;
        return result.text("/", "status") == "complete" ? result.number("/", "trajectories") : -1;
    } catch (const InputError&) {
        return -1;
    }
}

}  // namespace

PointState state_of(const SweepPoint& point, const std::string& folder) {
    const double trajectories = trajectories_of(point, folder);
    if (trajectories >= 0)
        return {PointStage::complete, std::to_string(static_cast<long long>(trajectories)) + " trajectories"};
    PointState state = noted_state(content_of(file_of(point, folder, ".state")));
    if (state.stage == PointStage::waiting && is_there(file_of(point, folder, ".h5.checkpoint")))
        state.detail = "goes on from a checkpoint";
    return state;
}

void note_state(const SweepPoint& point, const std::string& folder, const std::string& text) {
    const std::string file = file_of(point, folder, ".state");
    std::error_code ignored;
    if (text.empty())
        fs::remove(file, ignored);
    else
        replace_text(file, text + "\n");
}

void write_folder(const std::vector<SweepPoint>& points, const std::string& folder,
                  const std::string& program) {
    std::error_code fault;
    fs::create_directories(folder, fault);
    std::error_code unseen;
    if (!fs::is_directory(folder, unseen)) {
        std::string problem = "it is no folder and cannot be made one";
        if (fault) problem.append(": ").append(fault.message());
        throw OutputError(folder, problem, "Choose another after -o.");
    }
    std::string names;
    for (const SweepPoint& point : points) {
        replace_text(file_of(point, folder, ".ini"), ini_of(point));
        names += point.name + "\n";
    }
    replace_text(folder + "/points.txt", names);
    replace_text(folder + "/sweep.sbatch", script_of(points.size(), folder, program));
}

}  // namespace kairos::app
