// src/io/publish.hpp: what the file system has to do for a result file. For one rank.
#pragma once
#include <cstdint>
#include <string>

#include "kairos/io/result_file.hpp"

namespace kairos::io {

inline constexpr const char* choose_another =
    "Choose another file (--output.file=..., --run.checkpoint=..., or -o).";

// OutputError unless the folder of path is there, and path is none itself.
void require_folder(const std::string& path);

// OutputError unless path.part can be made here; leaves no trace.
void require_writable(const std::string& path);

// Bytes begin .. end of path.part become this file's own, so that later writes cannot find the disk full, and a zero is written to the last
// of them, so that a broken disk shows:
// MPI-IO does not report every write that failed, and a rank that sees its own write fail leaves the others
// waiting inside HDF5.
void reserve_part(const std::string& path, std::uint64_t begin, std::uint64_t end);

// OutputError where this rank cannot write to path.part any more: its first byte is written once again.
void probe_part(const std::string& path);

// Every descriptor of this process that leads to path.part leads from now on to memory: what is still written
// there succeeds, and is lost. False where that cannot be had.
[[nodiscard]] bool divert_part(const std::string& path);

// path.part, closed by all ranks, is brought to disk and takes the name path in one step.
void publish_part(const std::string& path);

}  // namespace kairos::io
