#include "kairos/phases/critical.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "batch_curve.hpp"
#include "peak_fits.hpp"

namespace kairos::phases {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr CriticalTime none{nan, nan, nan, nan, nan};

// error: of x = log snr; quantile: how many errors the interval reaches to either side
CriticalTime at_log_snr(const dynamics::Schedule& schedule, double x, double error, double quantile) {
    const Time t = schedule.time_of(LogSnr{x});
    const auto end = [&](double shift) {
        return std::isfinite(shift) ? schedule.time_of(LogSnr{x + shift}).value : nan;
    };
    return {.time = t.value,
            .standard_error = error * schedule.sigma2(t) / schedule.diffusion2(t),
            .ci95_low = end(quantile * error),
            .ci95_high = end(-quantile * error),
            .theory = nan};
}

// Of the difference to a rival only what its own noise does not explain counts as systematic; the largest stands for all.
CriticalTime with_errors(const dynamics::Schedule& schedule, const Curve& curve, const LocalFit& plain,
                         const std::vector<Rival>& rivals, double start, const Replicates& replicates,
                         double resolution) {
    double x = plain.locate(curve.values, 0, start);
    if (!std::isfinite(x) && resolution > 0.0) x = start;
    if (!std::isfinite(x)) return none;
    const std::size_t offset = replicates.first();
    double statistical =
        replicates.standard_error([&](const Vector& v) { return plain.locate(v, offset, x); });
    if (!std::isfinite(statistical) && resolution > 0.0 && std::isfinite(replicates.quantile()))
        statistical =
            resolution;  // a replicate without a peak between so few points tells no more than their distance
    double systematic2 = resolution * resolution;
    for (const auto& [other, share] : rivals) {
        const double difference = other.locate(curve.values, 0, x) - x;
        if (!std::isfinite(difference)) continue;
        const double noise = replicates.standard_error(
            [&](const Vector& v) { return other.locate(v, offset, x) - plain.locate(v, offset, x); });
        const double unexplained2 = difference * difference - (std::isfinite(noise) ? noise * noise : 0.0);
        systematic2 = std::max(systematic2, share * share * unexplained2);
    }
    return at_log_snr(schedule, x, std::sqrt(statistical * statistical + systematic2), replicates.quantile());
}

// Where fewer than four points lie above half of the height, their values do not tell how the peak bends between them: the error
// is then a fifth of their distance at least, so that the interval reaches two fifths of it to either side.
double unseen_shift(const Curve& curve, std::size_t top) {
    constexpr std::size_t enough = 4;
    constexpr double share = 0.2;
    if (points_above_half(curve.values, top) >= enough) return 0.0;
    return share * 0.5 * std::abs(curve.log_snr[top + 1] - curve.log_snr[top - 1]);
}

}  // namespace

CriticalTime crossing(const dynamics::Schedule& schedule, std::span<const Time> times,
                      std::span<const measure::MomentCurve> batches, const CurveValue& value, double level) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    const auto found = crossing_window(curve.values, level);
    if (!found) return none;
    const Window wider = widened(found->window, 6, std::vector<double>(times.size(), 0.0));
    const auto fit = [&](Window over, int degree) {
        const Vector weights = Vector::Ones(static_cast<Index>(over.count));
        const int possible = std::min(degree, static_cast<int>(over.count) - 1);
        return LocalFit(over, curve.log_snr, weights, possible, Target::level, level);
    };
    const double start = 0.5 * (curve.log_snr[found->bracket] + curve.log_snr[found->bracket + 1]);
    return with_errors(schedule, curve, fit(found->window, 3), {{fit(wider, 5), by_order}}, start,
                       Replicates(wider, batches, value), 0.0);
}

CriticalTime peak(const dynamics::Schedule& schedule, std::span<const Time> times,
                  std::span<const measure::MomentCurve> batches, const CurveValue& value) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    const auto top = peak_index(curve.values);
    if (!top) return none;
    const double noise =
        Replicates({*top, 1}, batches, value).standard_error([](const Vector& v) { return v(0); });
    const PeakWindow found =
        peak_window(curve.values, *top, share_of_height(noise / curve.values(static_cast<Index>(*top))));
    const PeakFits fits = peak_fits(curve, found);
    return with_errors(schedule, curve, fits.plain, fits.rivals, curve.log_snr[*top],
                       Replicates(fits.longest, batches, value), unseen_shift(curve, *top));
}

}  // namespace kairos::phases
