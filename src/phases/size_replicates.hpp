// src/phases/size_replicates.hpp: the curve of a system of one size as it would be without a part of its data, from which the jackknife errors of
// everything follow that compares sizes.
//
// The parts are realisations of the disorder, or where there is one alone at most 20 blocks of its batches. Values stand in the order of
// ascending x.
#pragma once
#include <vector>

#include "kairos/phases/scaling_exponent.hpp"

namespace kairos::phases {

[[nodiscard]] std::vector<double> ascending(const MeasuredSystem& system, std::vector<double> values);

// [part left out][T]; empty where there is one part.
[[nodiscard]] std::vector<std::vector<double>> replicates_of(const MeasuredSystem& system,
                                                             const CurveValue& value);

}  // namespace kairos::phases
