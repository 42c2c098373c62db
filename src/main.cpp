// kairos: when does a diffusion trajectory decide? Entry point: parses the command line, opens MPI, agrees on the exit code.
#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <thread>

#include "kairos/app/command_line.hpp"
#include "kairos/app/commands.hpp"
#include "kairos/app/interrupt.hpp"
#include "kairos/base/error.hpp"
#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/mpi_session.hpp"
#include "kairos/random/dispatch.hpp"

namespace {

// A standard stream that was closed would become the first file or socket that MPI opens, and what is printed would go there. Opened the
// wrong way round it says that it is closed, as before.
void keep_standard_streams_apart() {
    for (const int stream : {0, 1, 2})
        if (fcntl(stream, F_GETFD) < 0) (void)open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
}

using kairos::ExitCode;
using Command = kairos::app::CommandLine::Command;

// Whether what a command prints is all that it makes.
bool only_prints(Command command) {
    return command != Command::run && command != Command::merge && command != Command::sweep;
}

void print(const std::string& text, const kairos::parallel::Communicator& communicator) {
    if (communicator.is_root()) std::fputs(text.c_str(), stdout);
}

ExitCode execute(const kairos::app::CommandLine& line, const kairos::parallel::Communicator& communicator) {
    if (only_prints(line.command)) kairos::app::end_with_the_reader();
    switch (line.command) {
        case Command::run:
            kairos::app::command_run(line, communicator);
            break;
        case Command::plan:
            kairos::app::command_plan(line, communicator);
            break;
        case Command::analyze:
            if (communicator.is_root()) kairos::app::command_analyze(line);
            break;
        case Command::merge:
            if (communicator.is_root()) kairos::app::command_merge(line);
            break;
        case Command::sweep:
            return kairos::app::command_sweep(line, communicator);
        case Command::help:
            print(kairos::app::help_text(), communicator);
            break;
        case Command::run_help:
            print(kairos::app::run_help_text(), communicator);
            break;
        default:
            print(kairos::app::version_text(), communicator);
    }
    if (only_prints(line.command) && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0))
        throw kairos::OutputError("standard output", "not all of it could be written", "Make room.");
    return ExitCode::complete;
}

// What several ranks meet at the same moment the lowest of them says: it ends the others while they wait.
bool another_spoke(const kairos::parallel::Communicator& communicator) {
    const bool ending = kairos::app::end_signal() != 0;
    std::this_thread::sleep_for(std::min(communicator.rank(), 100) * std::chrono::milliseconds(50));
    return !ending && kairos::app::end_signal() != 0;
}

// Of what all ranks met alike rank 0 speaks, and all end with its code; what one rank alone met ends the job at once.
int guarded(int argc, char** argv, const kairos::parallel::Communicator& communicator) {
    try {
        kairos::random::limit_dispatch_by_environment();
        auto line = kairos::app::parse_command_line(argc, argv);
        for (int i = 0; i < argc; ++i) {
            if (i > 0) line.text += ' ';
            line.text += argv[i];
        }
        return static_cast<int>(execute(line, communicator));
    } catch (const kairos::Error& error) {
        const bool shared = kairos::app::met_by_all(error);
        if (shared ? communicator.is_root() : !another_spoke(communicator))
            std::fprintf(stderr, "kairos: %s\n", error.what());
        if (!shared && communicator.size() > 1) kairos::parallel::abort_all(error.code());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
        std::fprintf(stderr, "kairos: %s\n", memory ? kairos::app::no_memory_left : error.what());
        if (communicator.size() > 1) kairos::parallel::abort_all(ExitCode::other);
        return static_cast<int>(ExitCode::other);
    }
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_streams_apart();
    kairos::app::install_interrupt_handlers();
    const kairos::parallel::MpiSession session(argc, argv);
    return guarded(argc, argv, kairos::parallel::Communicator::world());
}
