// Raw paths read back from a result, as the run had them in memory.
#include <algorithm>

#include "kairos/app/stored_result.hpp"

namespace kairos::app {
namespace {

// Row `path` of an array whose first axis is the path.
std::vector<double> row(const io::ResultArray& array, std::size_t path) {
    const std::size_t length = array.values.size() / array.shape.front();
    const auto begin = array.values.begin() + static_cast<std::ptrdiff_t>(path * length);
    return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}

bool is_scalar(const measure::Column& column) {
    return column.quantity == measure::Quantity::observable && column.observable->axis == measure::Axis::none;
}

void add_states(const io::ResultReader& result, std::vector<measure::PathRecord>& paths) {
    const auto fill = [&](const char* name, auto put) {
        const std::string path = std::string("/paths/") + name;
        if (!result.has(path)) return;
        const io::ResultArray array = result.array(path);
        for (std::size_t p = 0; p < paths.size(); ++p) put(paths[p], row(array, p));
    };
    fill("x", [](auto& path, const std::vector<double>& values) { path.x = values; });
    fill("radius2", [](auto& path, const std::vector<double>& values) { path.radius2 = values; });
    fill("eigenvalues", [](auto& path, const std::vector<double>& values) { path.eigenvalues = values; });
    fill("eigenvectors", [](auto& path, const std::vector<double>& values) { path.eigenvectors = values; });
    fill("eigenvectors_radial",
         [](auto& path, const std::vector<double>& values) { path.eigenvectors_radial = values; });
    fill("end_class", [](auto& path, const std::vector<double>& values) {
        path.end_class = static_cast<std::int64_t>(values.front());
    });
    fill("end_datum", [](auto& path, const std::vector<double>& values) {
        path.end_datum = static_cast<std::int64_t>(values.front());
    });
}

}  // namespace

std::vector<measure::PathRecord> stored_paths(const io::ResultReader& result,
                                              const measure::ColumnPlan& plan) {
    std::vector<measure::PathRecord> paths;
    if (!result.has("/paths/path")) return paths;
    for (const double number : result.vector("/paths/path")) {
        paths.emplace_back();
        paths.back().trajectory = static_cast<std::uint64_t>(number);
    }
    for (const auto& column : plan.columns()) {
        if (!is_scalar(column)) continue;
        const io::ResultArray array = result.array("/paths/" + column.name());
        for (std::size_t p = 0; p < paths.size(); ++p) {
            const auto values = row(array, p);
            paths[p].values.insert(paths[p].values.end(), values.begin(), values.end());
        }
    }
    add_states(result, paths);
    return paths;
}

}  // namespace kairos::app
