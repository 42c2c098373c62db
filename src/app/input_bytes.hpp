// src/app/input_bytes.hpp: whether the files that a configuration names are still those of the run that it repeats or goes on with.
#pragma once
#include "kairos/app/config.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

// Finds the CRC-32 of data.file and of the file of landscape.vectors, as data.crc32 and landscape.crc32 of the configuration: from there
// they are kept in results and checkpoints. InputError where another one is asked for. The root reads, collective.
void identify_inputs(Config& config, const parallel::Communicator& communicator);

}  // namespace kairos::app
