// src/app/summary_arrays.hpp: how arrays of the summary of an analysis are written.
#pragma once
#include <string>
#include <vector>

#include "kairos/io/result_file.hpp"
#include "kairos/phases/scaling_fit.hpp"

namespace kairos::app {

using Doubles = std::vector<double>;

inline constexpr const char* meaning_of_series =
    "series of points of equal schedule, separation, components and weight of guidance";

// A dimension scale that numbers its entries from 0.
void number_scale(io::ResultFile& file, const std::string& path, std::size_t length,
                  const std::string& meaning);

void write_doubles(io::ResultFile& file, const std::string& path, const std::vector<std::string>& axes,
                   const Doubles& values, const std::string& long_name);

// Values at `path`; errors at path_stderr, path_statistical, path_systematic.
void write_fitted(io::ResultFile& file, const std::string& path, const std::string& axis,
                  const std::vector<phases::Fitted>& fitted, const std::string& meaning);

// One number of every item of a list.
template <class Items, class Read>
Doubles each(const Items& items, Read read) {
    Doubles values;
    for (const auto& item : items) values.push_back(static_cast<double>(read(item)));
    return values;
}

}  // namespace kairos::app
