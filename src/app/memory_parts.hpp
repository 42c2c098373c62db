// src/app/memory_parts.hpp: what the estimate of memory and its refusals ask of a configuration.
#pragma once
#include "kairos/app/config.hpp"

namespace kairos::app {

[[nodiscard]] bool from_dataset(const Config& config);
[[nodiscard]] bool from_file(const Config& config);  // a dataset or a mixture
[[nodiscard]] bool runs_full(const Config& config);

}  // namespace kairos::app
