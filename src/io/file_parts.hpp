// src/io/file_parts.hpp: what mixture and dataset files have in common: checked shapes, and labels.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "input_file.hpp"
#include "kairos/law/labels.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

using FileLabels = std::vector<std::vector<std::int64_t>>;  // [level][component or datum]

// expected: 0 stands for any length of at least 1.
void require_shape(const std::vector<std::size_t>& shape, const std::vector<std::size_t>& expected,
                   const std::string& meaning, const Place& place);

[[nodiscard]] FileLabels read_labels(const InputFile& file, const std::vector<std::string>& names,
                                     std::size_t count, const char* axis);
void broadcast(const parallel::Communicator& communicator, FileLabels& labels);
[[nodiscard]] law::Labels labels_of(const FileLabels& labels, std::size_t class_level);

// ConfigError unless there is such a level. names empty: mixtures have one level, datasets none.
void require_level(const std::vector<std::string>& names, std::size_t class_level);

}  // namespace kairos::io
