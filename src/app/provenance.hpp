// src/app/provenance.hpp: on what a result was made, and what happened on the way.
#pragma once
#include <string>
#include <vector>

#include "kairos/app/checkpoint.hpp"
#include "kairos/app/work_times.hpp"
#include "kairos/io/read_result.hpp"
#include "kairos/io/result_file.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

// Root attributes: hosts with their ranks, libraries, instruction set, Slurm job. Collective.
void write_machine(io::ResultFile& file, const parallel::Communicator& communicator);

// /interruptions: one entry each; absent where there was none.
void write_interruptions(io::ResultFile& file, const std::vector<Interruption>& interruptions);
[[nodiscard]] std::vector<Interruption> read_interruptions(const io::ResultReader& file);
// One that happens now. Collective.
[[nodiscard]] Interruption interruption_now(const std::string& reason, std::size_t batches_of_this_rank,
                                            const parallel::Communicator& communicator);

// /performance: the times of every rank. Collective.
void write_performance(io::ResultFile& file, const WorkTimes& mine,
                       const parallel::Communicator& communicator);

}  // namespace kairos::app
