// include/kairos/app/interrupt.hpp: the signals that ask a run to end, so that it ends between two steps and without half a file.
//
// Handlers only set flags; install them before MPI is initialised. SIGTERM and SIGUSR1 (a batch system's warning) ask to end, and so
// does SIGINT; SIGINT a second time means at once. SIGPIPE and SIGXFSZ end nothing: the call that writes fails and says why.
#pragma once

namespace kairos::app {

void install_interrupt_handlers();
// For a command that only prints: SIGPIPE ends it, as it ends any filter whose reader has gone.
void end_with_the_reader();
// The signal that asked for the end: 0 for none.
[[nodiscard]] int end_signal();
[[nodiscard]] const char* name_of_signal(int signal);
// Error(ExitCode::other) once the end is wanted at once, that is to say by the second SIGINT: what was not kept before is lost.
void throw_if_impatient();

}  // namespace kairos::app
