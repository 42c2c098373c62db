#include "kairos/phases/critical.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "information_line.hpp"
#include "peak_fits.hpp"
#include "reading.hpp"

namespace kairos::phases {
namespace {

// Heights between which an excess entropy is fitted. Below, finite size rounds it; above, it is still learning the coarse structure of
// the data. Windows shifted to either side show how much of both is in the fit.
constexpr double lowest = 0.4, highest = 0.8, shift = 0.1;

// Where fewer than four points lie above half of the height, their values do not tell how the peak bends between them: the error
// is then a fifth of their distance at least, so that the interval reaches two fifths of it to either side.
double unseen_shift(const Curve& curve, std::size_t top) {
    constexpr std::size_t enough = 4;
    constexpr double share = 0.2;
    if (points_above_half(curve.values, top) >= enough) return 0.0;
    return share * 0.5 * std::abs(curve.log_snr[top + 1] - curve.log_snr[top - 1]);
}

}  // namespace

double mean_of(const measure::Moments& moments, std::size_t) { return moments.mean; }
double variance_of(const measure::Moments& moments, std::size_t) {
    return moments.m2 / (moments.count - 1.0);
}

CriticalTime crossing(const dynamics::Schedule& schedule, std::span<const Time> times,
                      const measure::BatchedCurve& batches, const CurveValue& value, double level) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    const auto found = crossing_window(curve.values, level);
    if (!found) return no_critical_time();
    const Window wider = widened(found->window, 6, std::vector<double>(times.size(), 0.0));
    const auto fit = [&](Window over, int degree) {
        const Vector weights = Vector::Ones(static_cast<Index>(over.count));
        const int possible = std::min(degree, static_cast<int>(over.count) - 1);
        return LocalFit(over, curve.log_snr, weights, possible, Target::level, level);
    };
    const double start = 0.5 * (curve.log_snr[found->bracket] + curve.log_snr[found->bracket + 1]);
    return read_off(schedule, curve, fit(found->window, 3), {{fit(wider, 5), by_order}}, start,
                    Replicates(wider, batches, value), 0.0);
}

CriticalTime peak(const dynamics::Schedule& schedule, std::span<const Time> times,
                  const measure::BatchedCurve& batches, const CurveValue& value) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    const auto top = peak_index(curve.values);
    if (!top) return no_critical_time();
    const double noise =
        Replicates({*top, 1}, batches, value).standard_error([](const Vector& v) { return v(0); });
    const PeakWindow found =
        peak_window(curve.values, *top, share_of_height(noise / curve.values(static_cast<Index>(*top))));
    const PeakFits fits = peak_fits(curve, found);
    return read_off(schedule, curve, fits.plain, fits.rivals, curve.log_snr[*top],
                    Replicates(fits.longest, batches, value), unseen_shift(curve, *top));
}

CriticalTime extrapolated_zero(const dynamics::Schedule& schedule, std::span<const Time> times,
                               const measure::BatchedCurve& batches, const CurveValue& value,
                               const Population& population) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    std::vector<double> later(times.size());
    std::iota(later.begin(), later.end(), 0.0);
    const std::vector<double> earlier(later.rbegin(), later.rend());
    const auto plain = falling_window(curve.values, lowest, highest);
    const auto lower = falling_window(curve.values, lowest - shift, highest - shift);
    const auto upper = falling_window(curve.values, lowest + shift, highest + shift);
    if (!plain || !lower || !upper || times.size() < 2) return no_critical_time();
    const Window here = widened(*plain, 2, later), below = widened(*lower, 2, earlier),
                 above = widened(*upper, 2, later);
    const auto line = [&](const Window& window, double variance) {
        return InformationLine(window, curve.log_snr, variance);
    };
    std::vector<Rival> rivals = {{line(below, population.variance), by_window},
                                 {line(above, population.variance), by_window}};
    if (!population.known) {
        const double middle = curve.log_snr[here.first + here.count / 2];
        rivals.push_back({line(here, std::exp(-middle)), by_worse_fit});
    }
    const std::size_t first = std::min({here.first, below.first, above.first}),
                      last = std::max({here.last(), below.last(), above.last()});
    return read_off(schedule, curve, line(here, population.variance), rivals, 0.0,
                    Replicates({first, last - first + 1}, batches, value), 0.0);
}

}  // namespace kairos::phases
