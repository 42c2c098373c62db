// src/app/file_head.hpp: what every file that kairos writes says about itself.
#pragma once
#include <string>

#include "kairos/io/result_file.hpp"

namespace kairos::app {

// Root attributes: format, its version, the program, its build, and now (of the root; collective).
void write_head(io::ResultFile& file, const std::string& format);

}  // namespace kairos::app
