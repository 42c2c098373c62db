#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "kairos/app/commands.hpp"
#include "kairos/app/interrupt.hpp"
#include "kairos/app/sweep.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/file_lock.hpp"

namespace kairos::app {
namespace {

std::string here_and_now() {
    char host[256] = {};
    (void)gethostname(host, sizeof host - 1);
    return std::string("running ").append(host).append(" ").append(std::to_string(getpid()));
}

// The program as it was started; its link is read, not followed by the shell of a later job.
std::string own_program() {
    std::error_code fault;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", fault);
    return fault ? "kairos" : path.string();
}

// What is printed meanwhile goes to the end of a file.
class PrintInto {
public:
    explicit PrintInto(const std::string& file) : before_(flushed_copy()) {
        const int log = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
        if (log < 0) return;
        (void)dup2(log, STDOUT_FILENO);
        close(log);
    }
    ~PrintInto() {
        std::fflush(stdout);
        (void)dup2(before_, STDOUT_FILENO);
        close(before_);
    }
    PrintInto(const PrintInto&) = delete;
    PrintInto& operator=(const PrintInto&) = delete;

private:
    static int flushed_copy() {
        std::fflush(stdout);
        return dup(STDOUT_FILENO);
    }
    int before_;
};

// The root alone writes; the others throw what it met.
template <class Body>
void root_writes(const parallel::Communicator& all, Body body) {
    std::string fault;
    try {
        if (all.is_root()) body();
    } catch (const OutputError& error) {
        fault = error.what();
    }
    all.broadcast(fault);
    if (!fault.empty()) throw Error(ExitCode::output, fault);
}

// On the root; the state is for those who look, and no point fails for the want of it.
void note_or_warn(const SweepPoint& point, const std::string& folder, const std::string& state) {
    try {
        note_state(point, folder, state);
    } catch (const OutputError& error) {
        std::fprintf(stderr, "kairos: %s\n        The sweep goes on without that state.\n", error.what());
    }
}

bool is_complete(const SweepPoint& point, const std::string& folder, const parallel::Communicator& all) {
    bool complete = all.is_root() && state_of(point, folder).stage == PointStage::complete;
    all.broadcast_value(complete);
    return complete;
}

// Whether another process writes the result of the point; then says so.
bool is_run_elsewhere(const SweepPoint& point, const std::string& folder, const parallel::Communicator& all) {
    std::string holder = all.is_root() ? io::holder_of(file_of(point, folder, ".h5")) : "";
    all.broadcast(holder);
    if (!holder.empty() && all.is_root())
        std::fprintf(stderr, "kairos: %s: left out, another job is running it (%s).\n", point.name.c_str(),
                     holder.c_str());
    return !holder.empty();
}

// Within the handler of what a point met: it is noted, and only the end of the whole sweep goes on. A point that was told to end
// has not failed.
void take_failure(const SweepPoint& point, const std::string& folder, const Error& error,
                  const parallel::Communicator& all) {
    const bool shared = met_by_all(error) || all.size() == 1;
    const bool ending = shared ? all.any(end_signal() != 0) : end_signal() != 0;
    const bool waits = error.code() == ExitCode::interrupted || (ending && error.code() == ExitCode::other);
    if (all.is_root())
        note_or_warn(
            point, folder,
            waits ? "" : "failed " + std::to_string(static_cast<int>(error.code())) + " " + error.what());
    if (waits || ending || !shared) throw;
    if (all.is_root()) std::fprintf(stderr, "kairos: %s: %s\n", point.name.c_str(), error.what());
}

// One point on all ranks. Its state and its log are those of the job that has the lock of its result.
void run_point(const SweepPoint& point, const std::string& folder, const std::string& text,
               const parallel::Communicator& all) {
    CommandLine run;
    run.command = CommandLine::Command::run;
    run.config_file = file_of(point, folder, ".ini");
    run.text = text;
    bool begun = false;
    std::optional<PrintInto> log;
    try {
        command_run(run, all, [&] {
            begun = true;
            if (!all.is_root()) return;
            note_or_warn(point, folder, here_and_now());
            log.emplace(file_of(point, folder, ".log"));
        });
        if (all.is_root()) note_or_warn(point, folder, "");
    } catch (const Error& error) {
        const bool elsewhere =
            !begun && error.code() == ExitCode::output && is_run_elsewhere(point, folder, all);
        if (!elsewhere) take_failure(point, folder, error, all);
    }
}

// How many points are in each PointStage.
struct Counts {
    std::uint64_t of[4] = {};
};

// The table of states.
Counts print_states(const std::vector<SweepPoint>& points, const std::string& folder) {
    const char* const names[] = {"waiting", "running", "complete", "failed"};
    Counts counts;
    std::size_t width = 5;
    for (const SweepPoint& point : points) width = std::max(width, point.name.size());
    std::printf("%-*s  %-8s\n", static_cast<int>(width), "point", "state");
    for (const SweepPoint& point : points) {
        const PointState state = state_of(point, folder);
        const auto stage = static_cast<std::size_t>(state.stage);
        ++counts.of[stage];
        std::printf("%-*s  %-8s  %s\n", static_cast<int>(width), point.name.c_str(), names[stage],
                    state.detail.c_str());
    }
    std::printf("%zu points: %llu waiting, %llu running, %llu complete, %llu failed\n", points.size(),
                static_cast<unsigned long long>(counts.of[0]), static_cast<unsigned long long>(counts.of[1]),
                static_cast<unsigned long long>(counts.of[2]), static_cast<unsigned long long>(counts.of[3]));
    return counts;
}

std::string next_step(const Counts& counts, const std::string& folder) {
    const auto in = [&](PointStage stage) { return counts.of[static_cast<std::size_t>(stage)]; };
    if (in(PointStage::waiting) + in(PointStage::failed) > 0)
        return "run them: sbatch " + folder + "/sweep.sbatch, or here: --local";
    return in(PointStage::running) > 0 ? "Those left are running." : "Nothing is left to run.";
}

}  // namespace

ExitCode command_sweep(const CommandLine& line, const parallel::Communicator& communicator) {
    const std::vector<SweepPoint> points = sweep_points(line.config_file, line.output);
    root_writes(communicator, [&] { write_folder(points, line.output, own_program()); });
    if (line.local)
        for (const SweepPoint& point : points)
            if (!is_complete(point, line.output, communicator))
                run_point(point, line.output, line.text, communicator);
    const Counts counts = communicator.is_root() ? print_states(points, line.output) : Counts();
    if (!line.local) {
        if (communicator.is_root()) std::printf("%s\n", next_step(counts, line.output).c_str());
        return ExitCode::complete;
    }
    std::uint64_t failed = counts.of[static_cast<std::size_t>(PointStage::failed)];
    communicator.broadcast_value(failed);
    if (communicator.is_root() && failed > 0)
        std::fprintf(stderr, "kairos: %llu points of the sweep have failed.\n",
                     static_cast<unsigned long long>(failed));
    return failed > 0 ? ExitCode::other : ExitCode::complete;
}

}  // namespace kairos::app
