#include "kairos/app/tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "kairos/app/findings.hpp"

namespace kairos::app {
namespace {

constexpr const char* how_to_find =
    "-: among these times its curve has no maximum, or does not pass its level. Both need points on either "
    "side:\n"
    "   widen process.t-min and process.t-max, or raise time.points.\n";

template <class... Values>
std::string format(const char* pattern, Values... values) {
    char line[256];
    std::snprintf(line, sizeof line, pattern, values...);
    return line;
}

// "-" where there is no number.
std::string table_cell(double value, const char* pattern = "%.5f") {
    return std::isnan(value) ? "-" : format(pattern, value);
}

// Of the first column, which holds the names.
int name_width(const auto& rows) {
    std::size_t width = 30;
    for (const auto& row : rows) width = std::max(width, row.name.size());
    return static_cast<int>(width);
}

}  // namespace

std::string transition_table(const std::vector<TransitionRow>& rows) {
    if (rows.empty()) return "transitions: none\n";
    const int width = name_width(rows);
    std::string text = format("%-*s %12s %10s %25s %12s\n", width, "transition", "time", "stderr",
                              "95 % interval", "theory");
    for (const auto& [name, found] : rows) {
        const std::string interval =
            std::isnan(found.ci95_low) ? "-" : format("[%.5f, %.5f]", found.ci95_low, found.ci95_high);
        text += format("%-*s %12s %10s %25s %12s\n", width, name.c_str(), table_cell(found.time).c_str(),
                       table_cell(found.standard_error, "%.2g").c_str(), interval.c_str(),
                       table_cell(found.theory).c_str());
    }
    const auto is_missed = [](const TransitionRow& row) {
        return std::isnan(row.found.time) && !std::isnan(row.found.theory);
    };
    if (std::ranges::any_of(rows, is_missed)) text += how_to_find;
    return text;
}

std::string decision_table(const std::vector<DecisionRow>& rows) {
    if (rows.empty()) return "";
    const int width = name_width(rows);
    std::string text = format("%-*s %12s %10s %12s %10s %14s\n", width, "decision", "mean time", "stderr",
                              "width", "stderr", "share decided");
    for (const auto& [name, found] : rows)
        text +=
            format("%-*s %12s %10s %12s %10s %14s\n", width, name.c_str(), table_cell(found.mean).c_str(),
                   table_cell(found.standard_error, "%.2g").c_str(), table_cell(found.width).c_str(),
                   table_cell(found.width_error, "%.2g").c_str(), table_cell(found.fraction, "%.4f").c_str());
    return text;
}

std::string identity_table_text(const std::vector<IdentityRow>& rows) {
    if (rows.empty()) return "";
    const int width = name_width(rows);
    std::string text = format("%-*s %12s %10s\n", width, "identity", "largest |z|", "at time");
    for (const auto& row : rows)
        text += format("%-*s %12s %10s\n", width, row.name.c_str(), table_cell(row.worst_z, "%.2f").c_str(),
                       table_cell(row.at_time, "%.4g").c_str());
    return text;
}

std::string identity_warnings(const std::vector<IdentityRow>& rows) {
    std::string text;
    for (const auto& row : rows)
        if (row.worst_z > alarming_z)
            text += format("warning: identity %s fails: |z| = %.1f at t = %.4g\n", row.name.c_str(),
                           row.worst_z, row.at_time);
    return text;
}

IdentityRow worst_of(const std::string& name, const std::vector<double>& z,
                     const std::vector<double>& times) {
    const bool tested = std::ranges::any_of(z, [](double value) { return std::abs(value) > 0.0; }) ||
                        std::ranges::none_of(z, [](double value) { return std::isnan(value); });
    if (!tested) return {name, nan, nan};
    IdentityRow row{name, 0.0, times.empty() ? 0.0 : times.front()};
    const std::size_t components = times.empty() ? 1 : z.size() / times.size();
    for (std::size_t i = 0; i < z.size(); ++i)
        if (std::abs(z[i]) > row.worst_z) row = {name, std::abs(z[i]), times[i / components]};
    return row;
}

}  // namespace kairos::app
