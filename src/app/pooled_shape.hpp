// src/app/pooled_shape.hpp: what readers of pooled results say of a damaged file.
#pragma once
#include <string>

#include "kairos/base/error.hpp"
#include "kairos/io/read_result.hpp"

namespace kairos::app {

[[noreturn]] inline void refuse_shape(const io::ResultReader& result, const std::string& path) {
    throw InputError(result.file(), path, "has another shape than its configuration asks for",
                     "The file is damaged.");
}

}  // namespace kairos::app
