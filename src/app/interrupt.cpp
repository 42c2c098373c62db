#include "kairos/app/interrupt.hpp"

#include <csignal>

#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

volatile std::sig_atomic_t received =
    0;  // a handler may do nothing but set this: no MPI, no I/O, no allocation

void note(int signal) { received = signal; }

}  // namespace

void install_interrupt_handlers() {
    struct sigaction action = {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

void throw_if_interrupted() {
    if (received == 0) return;
    throw Error(ExitCode::other, std::string("interrupted by ") +
                                     (received == SIGINT ? "SIGINT" : "SIGTERM") +
                                     "; nothing was written and an earlier result is untouched.");
}

}  // namespace kairos::app
