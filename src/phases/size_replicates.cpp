#include "size_replicates.hpp"

#include <algorithm>

namespace kairos::phases {
namespace {

using measure::MomentCurve;
constexpr std::size_t most_blocks = 20;

bool descends(const MeasuredSystem& system) {
    return system.x.size() > 1 && system.x.front() > system.x.back();
}

// The value at every time of all batches but one; of all where `left_out` is none of them.
std::vector<double> values_without(std::span<const MomentCurve> batches, std::size_t left_out,
                                   const CurveValue& value) {
    std::vector<double> values;
    for (std::size_t i = 0; i < batches.front().size(); ++i) {
        measure::Moments folded;
        for (std::size_t b = 0; b < batches.size(); ++b)
            if (b != left_out) folded.merge(batches[b][i]);
        values.push_back(value(folded, i));
    }
    return values;
}

// The average of all curves but one.
std::vector<double> average_without(std::span<const std::vector<double>> curves, std::size_t left_out) {
    std::vector<double> mean(curves.front().size(), 0.0);
    const double share = 1.0 / static_cast<double>(curves.size() - 1);
    for (std::size_t r = 0; r < curves.size(); ++r)
        for (std::size_t i = 0; i < mean.size() && r != left_out; ++i) mean[i] += share * curves[r][i];
    return mean;
}

}  // namespace

std::vector<double> ascending(const MeasuredSystem& system, std::vector<double> values) {
    if (descends(system)) std::reverse(values.begin(), values.end());
    return values;
}

std::vector<std::vector<double>> replicates_of(const MeasuredSystem& system, const CurveValue& value) {
    std::vector<std::vector<double>> replicates;
    if (system.realisations.size() == 1) {
        const auto blocks = measure::blocks_of(system.realisations.front(), most_blocks);
        for (std::size_t b = 0; b < blocks.size() && blocks.size() > 1; ++b)
            replicates.push_back(ascending(system, values_without(blocks, b, value)));
        return replicates;
    }
    std::vector<std::vector<double>> curves;
    for (const auto& batches : system.realisations)
        curves.push_back(values_without(batches, batches.size(), value));
    for (std::size_t r = 0; r < curves.size(); ++r)
        replicates.push_back(ascending(system, average_without(curves, r)));
    return replicates;
}

}  // namespace kairos::phases
