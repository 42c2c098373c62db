#include "kairos/app/interrupt.hpp"

#include <csignal>

#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

// A handler may do nothing but set these: no MPI, no I/O, no allocation.
volatile std::sig_atomic_t received = 0, interrupts = 0;

void note(int signal) {
    received = signal;
    if (signal == SIGINT) interrupts = interrupts + 1;
}

}  // namespace

void install_interrupt_handlers() {
    struct sigaction action = {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
    // A file that outgrows ulimit -f: the call that writes it fails, and says so.
    std::signal(SIGXFSZ, SIG_IGN);
    // Whoever read what is printed may end before the run does.
    std::signal(SIGPIPE, SIG_IGN);
}

void end_with_the_reader() { std::signal(SIGPIPE, SIG_DFL); }

int end_signal() { return received; }

const char* name_of_signal(int signal) {
    if (signal == SIGINT) return "SIGINT";
    return signal == SIGTERM ? "SIGTERM" : "SIGUSR1";
}

void throw_if_impatient() {
    if (interrupts < 2) return;
    throw Error(
        ExitCode::other,
        "interrupted by a second SIGINT; nothing more was written, an earlier result or checkpoint is "
        "untouched.");
}

}  // namespace kairos::app
