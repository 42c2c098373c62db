#include <numeric>

#include "kairos/app/bifurcation.hpp"

namespace kairos::app {
namespace {

using io::Attributes;
using io::ResultFile;

// 0, 1, ...: what tells events, points or modes apart.
void number(ResultFile& file, const std::string& path, std::size_t count, std::int64_t first,
            const char* long_name) {
    std::vector<std::int64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), first);
    file.scale(path, std::span<const std::int64_t>(numbers), long_name, "dimensionless");
}

// [row][mode]
template <class Row>
std::vector<double> positions(const std::vector<Row>& rows) {
    std::vector<double> all;
    for (const Row& row : rows) all.insert(all.end(), row.position.begin(), row.position.end());
    return all;
}

template <class Row>
std::vector<double> times(const std::vector<Row>& rows) {
    std::vector<double> all;
    all.reserve(rows.size());
    for (const Row& row : rows) all.push_back(row.time.value);
    return all;
}

void write_events(ResultFile& file, const std::string& group, const phases::Bifurcations& diagram) {
    const std::string axis = group + "/event";
    number(file, axis, diagram.events.size(), 0, "bifurcation");
    std::vector<std::int32_t> kinds;
    kinds.reserve(diagram.events.size());
    for (const auto& event : diagram.events) kinds.push_back(static_cast<std::int32_t>(event.kind));
    const auto time = times(diagram.events), position = positions(diagram.events);
    file.write(group + "/event_time", {axis}, std::span<const double>(time),
               {{"long_name", "critical time"}, {"units", "process time"}});
    file.write(group + "/event_kind", {axis}, std::span<const std::int32_t>(kinds),
               {{"long_name", "kind of bifurcation"},
                {"flag_values", std::vector<std::int32_t>{0, 1, 2}},
                {"flag_meanings", "pitchfork transcritical saddle-node"}});
    file.write(group + "/event_position", {axis, group + "/mode"}, std::span<const double>(position),
               {{"long_name", "fixed point at the bifurcation"}, {"units", "data"}});
}

void write_branches(ResultFile& file, const std::string& group, const phases::Bifurcations& diagram) {
    const std::string axis = group + "/point";
    number(file, axis, diagram.points.size(), 0, "point of a branch");
    std::vector<std::int64_t> branches, unstable;
    for (const auto& point : diagram.points) {
        branches.push_back(point.branch);
        unstable.push_back(static_cast<std::int64_t>(point.unstable));
    }
    const auto time = times(diagram.points), position = positions(diagram.points);
    file.write(group + "/branch_time", {axis}, std::span<const double>(time),
               {{"long_name", "time of a fixed point"}, {"units", "process time"}});
    file.write(group + "/branch_id", {axis}, std::span<const std::int64_t>(branches),
               {{"long_name", "branch of fixed points, through its folds"}});
    file.write(group + "/branch_unstable", {axis}, std::span<const std::int64_t>(unstable),
               {{"long_name", "directions that generation leaves, of all dimensions"}});
    file.write(group + "/branch_position", {axis, group + "/mode"}, std::span<const double>(position),
               {{"long_name", "fixed point"}, {"units", "data"}});
}

}  // namespace

void write_bifurcation(ResultFile& file, const Diagrams& diagrams) {
    for (const auto& [drift, diagram] : diagrams) {
        const std::string group = std::string("/bifurcation/") + phases::name(drift);
        number(file, group + "/mode", static_cast<std::size_t>(diagram.modes), 1,
               "coordinate in the span of the means");
        write_events(file, group, diagram);
        write_branches(file, group, diagram);
        file.attributes(group,
                        {{"definition", drift == phases::Drift::sde ? "zeros of b = -f x + g^2 s"
                                                                    : "zeros of b = -f x + (g^2/2) s"},
                         {"search", diagram.complete ? "complete" : "ended at its bound of operations"}});
    }
}

}  // namespace kairos::app
