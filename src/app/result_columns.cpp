#include "result_columns.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace kairos::app {

// A Moments is seven doubles, and travels and is stored as such.
static_assert(std::is_trivially_copyable_v<measure::Moments> &&
              sizeof(measure::Moments) == 7 * sizeof(double));

std::vector<double> flat_moments(std::span<const measure::Moments> moments) {
    std::vector<double> values(moments.size() * moments_width);
    if (!values.empty()) std::memcpy(values.data(), moments.data(), values.size() * sizeof(double));
    return values;
}

std::vector<measure::Moments> moments_from(std::span<const double> values) {
    std::vector<measure::Moments> moments(values.size() / moments_width);
    if (!moments.empty())
        std::memcpy(static_cast<void*>(moments.data()), values.data(),
                    moments.size() * sizeof(measure::Moments));
    return moments;
}

std::vector<std::string> axes_of(const measure::Column& column) {
    const auto axis = column.observable ? column.observable->axis : column.identity->axis;
    switch (axis) {
        case measure::Axis::classes:
            return {"/time", "/class"};
        case measure::Axis::levels:
            return {"/time", "/level"};
        case measure::Axis::modes:
            return {"/time", "/mode"};
        case measure::Axis::eigenvalues:
            return {"/time", "/eigenvalue"};
        case measure::Axis::none:
            break;
    }
    return {"/time"};
}

// The part of a column that this rank holds, counted from the start of the column.
parallel::ColumnSlice own_part(const measure::Column& column, std::size_t times,
                               const parallel::ColumnSlice& slice) {
    const std::size_t end = column.first + times * static_cast<std::size_t>(column.components);
    const std::size_t from = std::clamp(column.first, slice.begin, slice.end);
    const std::size_t to = std::clamp(end, slice.begin, slice.end);
    if (from >= to) return {0, 0};
    return {from - column.first, to - column.first};
}

}  // namespace kairos::app
