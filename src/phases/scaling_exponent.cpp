#include "kairos/phases/scaling_exponent.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/base/array.hpp"
#include "size_replicates.hpp"

namespace kairos::phases {
namespace {

using measure::MomentCurve;
constexpr std::size_t fewest_systems_with_rival = 3;

// Value and jackknife error at every time of one realisation.
struct Estimates {
    std::vector<double> values, errors;
};

Estimates estimates_of(std::span<const MomentCurve> batches, const CurveValue& value) {
    Estimates estimates;
    std::vector<MomentCurve> column(batches.size(), MomentCurve(1));
    for (std::size_t i = 0; i < batches.front().size(); ++i) {
        for (std::size_t b = 0; b < batches.size(); ++b) column[b][0] = batches[b][i];
        const auto found = measure::jackknife(
            column, [&](std::span<const measure::Moments> folded) { return value(folded[0], i); });
        estimates.values.push_back(found.value);
        estimates.errors.push_back(found.standard_error);
    }
    return estimates;
}

// Standard error that the noise of one system gives the exponent.
double share_of_error(ScalingCollapse& collapse, std::size_t which, const MeasuredSystem& system,
                      const CurveValue& value) {
    const std::vector<double> original = collapse.curves()[which].y;
    std::vector<double> exponents;
    for (auto& replicate : replicates_of(system, value)) {
        collapse.replace(which, std::move(replicate));
        exponents.push_back(collapse.exponent());
    }
    collapse.replace(which, original);
    return measure::delete_one_error(exponents);
}

ScalingExponent without_rival(std::span<const MeasuredSystem> systems, const CurveValue& value,
                              Heights compared) {
    std::vector<SizedCurve> curves;
    for (const MeasuredSystem& system : systems) curves.push_back(curve_of(system, value));
    ScalingCollapse collapse(std::move(curves), compared);
    const double exponent = collapse.exponent();
    if (!std::isfinite(exponent)) return {{nan, nan, nan}, nan, 0};
    double variance = 0.0;
    for (std::size_t i = 0; i < systems.size(); ++i)
        variance += std::pow(share_of_error(collapse, i, systems[i], value), 2);
    const auto quality = collapse.quality(exponent);
    return {{exponent, std::sqrt(variance), 0.0}, quality.value, quality.points};
}

}  // namespace

SizedCurve curve_of(const MeasuredSystem& system, const CurveValue& value) {
    std::vector<Estimates> each;
    for (const auto& batches : system.realisations) each.push_back(estimates_of(batches, value));
    const auto count = static_cast<double>(each.size());
    std::vector<double> mean(system.x.size(), 0.0), error(system.x.size(), 0.0);
    for (std::size_t i = 0; i < mean.size(); ++i) {
        double noise2 = 0.0, between = 0.0;
        for (const Estimates& one : each) mean[i] += one.values[i] / count;
        for (const Estimates& one : each) {
            noise2 += one.errors[i] * one.errors[i] / (count * count);
            between += (one.values[i] - mean[i]) * (one.values[i] - mean[i]);
        }
        const double disorder2 = count > 1.0 ? between / (count - 1.0) / count : 0.0;
        error[i] = std::sqrt(std::max(noise2, disorder2));
    }
    return {system.size, ascending(system, system.x), ascending(system, mean), ascending(system, error)};
}

ScalingExponent scaling_exponent(std::span<const MeasuredSystem> systems, const CurveValue& value,
                                 Heights compared) {
    ScalingExponent found = without_rival(systems, value, compared);
    if (systems.size() < fewest_systems_with_rival || !std::isfinite(found.exponent.value)) return found;
    const ScalingExponent rival = without_rival(systems.subspan(1), value, compared);
    if (std::isfinite(rival.exponent.value))
        found.exponent.systematic = unexplained(found.exponent, rival.exponent);
    return found;
}

}  // namespace kairos::phases
