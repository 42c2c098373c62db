// include/kairos/app/version.hpp: which kairos this is. Values come from the build.
#pragma once
#include <string>

namespace kairos::app {

[[nodiscard]] std::string version();       // "1.0.0"
[[nodiscard]] std::string git_revision();  // commit of the source tree, "unknown" outside a checkout
[[nodiscard]] std::string compiler();      // "GNU 12.2.0"

}  // namespace kairos::app
