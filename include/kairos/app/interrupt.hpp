// include/kairos/app/interrupt.hpp: the signals that ask a run to end, so that it ends between two steps and without half a file.
//
// Handlers only set flags; install them before MPI is initialised. SIGTERM and SIGUSR1 (a batch system's warning) ask to end, and so
// does SIGINT; SIGINT a second time means at once.
#pragma once

namespace kairos::app {

void install_interrupt_handlers();
// The signal that asked for the end: 0 for none.
[[nodiscard]] int end_signal();
[[nodiscard]] const char* name_of_signal(int signal);
// Error(ExitCode::other) once the end is wanted at once, that is to say by the second SIGINT: what was not kept before is lost.
void throw_if_impatient();

}  // namespace kairos::app
