// src/measure/observable_rows.hpp: how rows of the table of observables are written; every file of rows adds its own.
#pragma once
#include <vector>

#include "kairos/measure/observables.hpp"

namespace kairos::measure {

using Out = Eigen::Ref<Rows>;

inline constexpr dynamics::Request nothing_more{};
inline constexpr dynamics::Request score{.score = true};
inline constexpr dynamics::Request spread{.spread = true};
inline constexpr dynamics::Request latents{.latents = true};

// What most rows have: one column, nothing along the path, not in `default`.
inline Observable plain(const char* name, const char* units, const char* long_name, const char* definition,
                        const dynamics::Request& request, const char* (*missing)(const Setting&),
                        void (*evaluate)(const Sight&, Out)) {
    return {.name = name,
            .units = units,
            .long_name = long_name,
            .definition = definition,
            .request = request,
            .axis = Axis::none,
            .path_integral = false,
            .whole_path = {},
            .missing = missing,
            .evaluate = evaluate,
            .in_default = false};
}

inline Observable by_default(Observable row) {
    row.in_default = true;
    return row;
}

inline Observable along(Axis axis, Observable row) {
    row.axis = axis;
    return row;
}

inline Observable summed_along_the_path(Observable row) {
    row.path_integral = true;
    row.request.spread = true;
    return row;
}

inline Observable of_the_whole_path(PathEnd from, Observable row) {
    row.whole_path = from;
    return summed_along_the_path(row);
}

// One column for every level of the classes.
void add_level_rows(std::vector<Observable>& table);

}  // namespace kairos::measure
