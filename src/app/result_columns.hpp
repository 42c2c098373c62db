// src/app/result_columns.hpp: where the columns of a run stand in the arrays of its result file.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "kairos/measure/column_plan.hpp"
#include "kairos/measure/moments.hpp"
#include "kairos/parallel/transpose.hpp"
#include "kairos/phases/clones.hpp"

namespace kairos::app {

// What /batches holds of the moments of a batch.
struct MomentField {
    const char* name;
    double measure::Moments::*field;
};
inline constexpr MomentField moment_fields[] = {{"count", &measure::Moments::count},
                                                {"mean", &measure::Moments::mean},
                                                {"m2", &measure::Moments::m2},
                                                {"m3", &measure::Moments::m3},
                                                {"m4", &measure::Moments::m4}};

// Moments as an axis of their own: count, mean, m2, m3, m4, minimum, maximum.
inline constexpr std::size_t moments_width = sizeof(measure::Moments) / sizeof(double);
[[nodiscard]] std::vector<double> flat_moments(std::span<const measure::Moments> moments);
[[nodiscard]] std::vector<measure::Moments> moments_from(std::span<const double> values);

// The moments that a result keeps of each identity.
struct IdentityMoments {
    measure::Quantity quantity;
    const char* name;
};
inline constexpr IdentityMoments identity_moments[] = {
    {measure::Quantity::identity_value, "value_moments"},
    {measure::Quantity::identity_difference, "difference_moments"},
    {measure::Quantity::identity_centre, "centre_moments"},
    {measure::Quantity::identity_noise, "noise_moments"}};

// The moments that a result keeps of its clones, [branch time].
struct CloneMoments {
    phases::CloneQuantity quantity;
    const char* name;
};
inline constexpr CloneMoments clone_moments[] = {
    {phases::CloneQuantity::same_class, "same_class_moments"},
    {phases::CloneQuantity::same_datum, "same_datum_moments"},
    {phases::CloneQuantity::overlap, "overlap_moments"},
    {phases::CloneQuantity::class_collision, "class_collision_moments"},
    {phases::CloneQuantity::datum_collision, "datum_collision_moments"}};

// {"/time"}, followed by the axis of a vector.
[[nodiscard]] std::vector<std::string> axes_of(const measure::Column& column);

// The part of a column that this rank holds, counted from the start of the column.
[[nodiscard]] parallel::ColumnSlice own_part(const measure::Column& column, std::size_t times,
                                             const parallel::ColumnSlice& slice);

}  // namespace kairos::app
