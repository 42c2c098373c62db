#include "write_crossings.hpp"

#include <map>

#include "summary_arrays.hpp"

namespace kairos::app {
namespace {

void write_numbers(io::ResultFile& file, const std::string& path, const std::string& axis,
                   const std::vector<std::int64_t>& values, const std::string& long_name) {
    file.write(path, {axis}, std::span<const std::int64_t>(values), {{"long_name", long_name}});
}

// The crossings of all series, one after the other.
void write_pairs(io::ResultFile& file, const std::string& group,
                 const std::vector<const CurveCollapse*>& collapses) {
    std::vector<std::int64_t> smaller, larger, series;
    std::vector<phases::SizeCrossing> pairs;
    for (std::size_t s = 0; s < collapses.size(); ++s)
        for (const phases::SizeCrossing& pair : collapses[s]->crossings.pairs) {
            const auto [low, high] = collapses[s]->points_of(pair);
            smaller.push_back(static_cast<std::int64_t>(low));
            larger.push_back(static_cast<std::int64_t>(high));
            series.push_back(static_cast<std::int64_t>(s));
            pairs.push_back(pair);
        }
    std::vector<phases::Fitted> places;
    places.reserve(pairs.size());
    for (const phases::SizeCrossing& pair : pairs) places.push_back(pair.place);
    const std::string axis = group + "/crossing";
    number_scale(file, axis, pairs.size(), "crossing of two curves");
    write_numbers(file, group + "/smaller", axis, smaller, "point of the smaller dimension");
    write_numbers(file, group + "/larger", axis, larger, "point of the larger dimension");
    write_numbers(file, group + "/series_of", axis, series, "series of the crossing");
    write_fitted(file, group + "/place", axis, places, collapses.front()->divided + " of the crossing");
    write_doubles(file, group + "/height", {axis}, each(pairs, [](const auto& pair) { return pair.height; }),
                  collapses.front()->observable + " of both curves there");
    write_doubles(file, group + "/inverse_dimension", {axis},
                  each(pairs, [](const auto& pair) { return pair.inverse_dimension; }),
                  "logarithmic mean of 1/d of both dimensions");
}

void write_lines(io::ResultFile& file, const std::string& group,
                 const std::vector<const CurveCollapse*>& collapses) {
    std::vector<phases::Fitted> limits, slopes;
    for (const CurveCollapse* collapse : collapses) {
        limits.push_back(collapse->crossings.line.intercept);
        slopes.push_back(collapse->crossings.line.slope);
    }
    const std::string axis = group + "/series";
    number_scale(file, axis, collapses.size(), meaning_of_series);
    write_fitted(file, group + "/limit", axis, limits, "place of the crossing for 1/d -> 0");
    write_fitted(file, group + "/slope", axis, slopes, "change of the place with the inverse dimension");
}

}  // namespace

void write_crossings(io::ResultFile& file, const AnalysisFindings& findings) {
    std::map<std::string, std::vector<const CurveCollapse*>> groups;
    for (const CurveCollapse& collapse : findings.collapses)
        if (!collapse.crossings.pairs.empty())
            groups[collapse.observable + "/" + collapse.variable].push_back(&collapse);
    for (const auto& [name, collapses] : groups) {
        const std::string group = "/crossings/" + name;
        write_pairs(file, group, collapses);
        write_lines(file, group, collapses);
        file.attributes(group, {{"divided", collapses.front()->divided}});
    }
}

}  // namespace kairos::app
