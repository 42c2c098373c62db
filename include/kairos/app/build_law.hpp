// include/kairos/app/build_law.hpp: the law a configuration names, in the representation that runs.
//
// automatic: reduced where the law has a reduction that is smaller, except where raw states are kept and d is moderate.
// Errors: ConfigError where `reduced` was asked for and does not exist; InputError for files.
#pragma once
#include "kairos/app/config.hpp"
#include "kairos/law/law.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

// Whether data (or a mixture of that many components that can be reduced) are brought to fewer coordinates: where that is
// asked for or pays.
[[nodiscard]] bool reduces(const Config& config, double dimension, double components);

// Collective. A node holds drawn or given points once.
[[nodiscard]] law::Law law_of(const Config& config, const parallel::Communicator& communicator);

}  // namespace kairos::app
