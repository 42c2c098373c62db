// include/kairos/app/build_law.hpp: the law a configuration names, in the representation that runs.
//
// automatic: reduced where the law has a reduction that is smaller, except where raw states are kept and d is moderate.
// Errors: ConfigError where `reduced` was asked for and does not exist; InputError for files.
#pragma once
#include "kairos/app/config.hpp"
#include "kairos/law/law.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

[[nodiscard]] law::Law law_of(const Config& config, const parallel::Communicator& communicator);

}  // namespace kairos::app
