// src/app/same_file.hpp: whether two names are of one file, which need not be there yet.
#pragma once
#include <string>

namespace kairos::app {

[[nodiscard]] bool same_file(const std::string& a, const std::string& b);

}  // namespace kairos::app
