// include/kairos/app/interrupt.hpp: SIGINT and SIGTERM as an error between two steps, so that a run ends without half a file.
//
// Handlers only set a flag; install them before MPI is initialised. While a result is being published the flag is not looked at:
// the file appears whole.
#pragma once

namespace kairos::app {

void install_interrupt_handlers();
// Throws Error(ExitCode::other) once a signal has come: nothing has been written.
void throw_if_interrupted();

}  // namespace kairos::app
