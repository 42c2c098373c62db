#include "summary_arrays.hpp"

#include <numeric>

namespace kairos::app {

void number_scale(io::ResultFile& file, const std::string& path, std::size_t length,
                  const std::string& meaning) {
    std::vector<std::int64_t> numbers(length);
    std::iota(numbers.begin(), numbers.end(), 0);
    file.scale(path, std::span<const std::int64_t>(numbers), meaning, "dimensionless");
}

void write_doubles(io::ResultFile& file, const std::string& path, const std::vector<std::string>& axes,
                   const Doubles& values, const std::string& long_name) {
    file.write(path, axes, std::span<const double>(values), {{"long_name", long_name}});
}

void write_fitted(io::ResultFile& file, const std::string& path, const std::string& axis,
                  const std::vector<phases::Fitted>& fitted, const std::string& meaning) {
    const auto write = [&](const char* ending, auto read, const std::string& long_name) {
        write_doubles(file, path + ending, {axis}, each(fitted, read), long_name);
    };
    write(
        "", [](const auto& f) { return f.value; }, meaning);
    write(
        "_stderr", [](const auto& f) { return f.standard_error(); }, "its error");
    write(
        "_statistical", [](const auto& f) { return f.statistical; }, "its error from the noise alone");
    write(
        "_systematic", [](const auto& f) { return f.systematic; }, "its error from what the fit misses");
}

}  // namespace kairos::app
