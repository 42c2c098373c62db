// src/app/ini_text.hpp: the text of an INI file, and the keys it gives, judged line by line.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace kairos::app {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// InputError naming the file if it cannot be read.
[[nodiscard]] std::string read_text(const std::string& file);
// Whether it is an HDF5 file, by its first bytes; one that cannot be read is none.
[[nodiscard]] bool is_hdf5(const std::string& file);
// In its order. ConfigError naming file and line, or the key. file: for messages.
[[nodiscard]] Pairs pairs_of_text(const std::string& file, const std::string& text);

}  // namespace kairos::app
