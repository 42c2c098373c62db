#include "reading.hpp"

#include <algorithm>
#include <cmath>

namespace kairos::phases {
namespace {

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

}  // namespace

CriticalTime no_critical_time() { return {nan, nan, nan, nan, nan}; }

// Of the difference to a rival only what its own noise does not explain counts as systematic; the largest stands for all.
CriticalTime read_off(const dynamics::Schedule& schedule, const Curve& curve, const Locate& plain,
                      const std::vector<Rival>& rivals, double start, const Replicates& replicates,
                      double resolution) {
    double x = plain(curve.values, 0, start);
    if (!std::isfinite(x) && resolution > 0.0) x = start;
    if (!std::isfinite(x)) return no_critical_time();
    const std::size_t offset = replicates.first();
    double statistical = replicates.standard_error([&](const Vector& v) { return plain(v, offset, x); });
    if (!std::isfinite(statistical) && resolution > 0.0 && std::isfinite(replicates.quantile()))
        statistical =
            resolution;  // a replicate without a peak between so few points tells no more than their distance
    double systematic2 = resolution * resolution;
    for (const Rival& rival : rivals) {
        const Locate& other = rival.locate;
        const double difference = other(curve.values, 0, x) - x;
        if (!std::isfinite(difference)) continue;
        const double noise = replicates.standard_error(
            [&](const Vector& v) { return other(v, offset, x) - plain(v, offset, x); });
        const double unexplained2 = difference * difference - (std::isfinite(noise) ? noise * noise : 0.0);
        systematic2 = std::max(systematic2, rival.share * rival.share * unexplained2);
    }
    return at_log_snr(schedule, x, std::sqrt(statistical * statistical + systematic2), replicates.quantile());
}

}  // namespace kairos::phases
