// src/io/publish.hpp: what the file system has to do for a result file. For one rank.
#pragma once
#include <cstdint>
#include <string>

#include "kairos/io/result_file.hpp"

namespace kairos::io {

// OutputError unless path.part can be made here; leaves no trace.
void require_writable(const std::string& path);

// Bytes begin .. end of path.part become this file's own, so that later writes cannot find the disk full:
// MPI-IO does not report every write that failed, and a rank that sees its own write fail leaves the others
// waiting inside HDF5.
void reserve_part(const std::string& path, std::uint64_t begin, std::uint64_t end);

// path.part, closed by all ranks, is brought to disk and takes the name path in one step.
void publish_part(const std::string& path);

}  // namespace kairos::io
