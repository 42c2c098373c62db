// src/io/publish.hpp: what the file system has to do for a result file. For one rank.
#pragma once
#include <string>

namespace kairos::io {

// The name that a file has until it is complete.
[[nodiscard]] std::string part_of(const std::string& path);

// OutputError unless path.part can be made here; leaves no trace.
void require_writable(const std::string& path);

// path.part, closed by all ranks, is brought to disk and takes the name path in one step.
void publish_part(const std::string& path);

}  // namespace kairos::io
