#include "kairos/phases/critical.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "local_polynomial.hpp"

namespace kairos::phases {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Window {
    std::size_t first, count;
    // The same window, at least `points` long, inside [0, limit)
    [[nodiscard]] Window widened(std::size_t points, std::size_t limit) const {
        Window wide = *this;
        points = std::min(points, limit);
        while (wide.count < points) {
            const bool left = wide.first > 0, right = wide.first + wide.count < limit;
            if (left && (!right || (wide.count - count) % 2 == 0)) --wide.first;
            ++wide.count;
        }
        return wide;
    }
};

// A critical point by one fit: where the polynomial over a window crosses the level, or has its maximum.
class LocalFit {
public:
    LocalFit(Window window, std::span<const double> x, int degree, std::optional<double> level)
        : window_(window), polynomial_(x.subspan(window.first, window.count), degree), level_(level) {}

    // values over the whole curve, or from index `offset` on; `start` picks among several
    [[nodiscard]] double locate(const Vector& values, std::size_t offset, double start) const {
        Vector c = polynomial_.coefficients(
            values.segment(static_cast<Index>(window_.first - offset), static_cast<Index>(window_.count)));
        if (!c.allFinite()) return nan;
        if (level_) c(0) -= *level_;
        const double u = nearest_root(level_ ? c : derivative(c), polynomial_.to_unit(start), !level_);
        return polynomial_.from_unit(u);
    }

private:
    Window window_;
    LocalPolynomial polynomial_;
    std::optional<double> level_;
};

// Log snr and values of the curve that all batches make together.
struct Curve {
    std::vector<double> log_snr;
    Vector values;
};

Curve folded_curve(const dynamics::Schedule& schedule, std::span<const Time> times,
                   std::span<const measure::MomentCurve> batches, const CurveValue& value) {
    Curve curve{{}, Vector(static_cast<Index>(times.size()))};
    std::vector<measure::Moments> column(batches.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
        for (std::size_t b = 0; b < batches.size(); ++b) column[b] = batches[b][i];
        curve.log_snr.push_back(schedule.log_snr(times[i]).value);
        curve.values(static_cast<Index>(i)) = value(measure::fold(column), i);
    }
    return curve;
}

// Weights 1/4, 1/2, 1/4: enough to choose a window by, little enough not to blur a narrow feature.
std::vector<double> smoothed(const Vector& values) {
    std::vector<double> out(values.begin(), values.end());
    for (Index i = 1; i + 1 < values.size(); ++i)
        out[static_cast<std::size_t>(i)] = 0.25 * values(i - 1) + 0.5 * values(i) + 0.25 * values(i + 1);
    return out;
}

// Points next to [first, last] for as long as `inside` holds.
template <class Inside>
Window grow(std::size_t first, std::size_t last, std::size_t limit, const Inside& inside) {
    while (first > 0 && inside(first - 1)) --first;
    while (last + 1 < limit && inside(last + 1)) ++last;
    return {first, last - first + 1};
}

CriticalTime at_log_snr(const dynamics::Schedule& schedule, double x, double error) {
    if (!std::isfinite(x)) return {nan, nan, nan, nan, nan};
    const Time t = schedule.time_of(LogSnr{x});
    const auto end = [&](double shift) {
        return std::isfinite(shift) ? schedule.time_of(LogSnr{x + shift}).value : nan;
    };
    return {.time = t.value,
            .standard_error = error * schedule.sigma2(t) / schedule.diffusion2(t),
            .ci95_low = end(1.96 * error),
            .ci95_high = end(-1.96 * error),
            .theory = nan};
}

// Leaves out one batch at a time over the window alone.
class Replicates {
public:
    Replicates(Window window, std::span<const measure::MomentCurve> batches, const CurveValue& value)
        : window_(window), value_(&value) {
        for (const measure::MomentCurve& batch : batches) {
            const auto begin = batch.begin() + static_cast<std::ptrdiff_t>(window.first);
            curves_.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(window.count));
        }
    }
    template <class Statistic>
    [[nodiscard]] double standard_error(const Statistic& statistic) const {
        if (curves_.size() < 2) return nan;
        return measure::jackknife(curves_,
                                  [&](std::span<const measure::Moments> folded) {
                                      Vector values(static_cast<Index>(folded.size()));
                                      for (std::size_t i = 0; i < folded.size(); ++i)
                                          values(static_cast<Index>(i)) =
                                              (*value_)(folded[i], window_.first + i);
                                      return statistic(values);
                                  })
            .standard_error;
    }

private:
    Window window_;
    const CurveValue* value_;
    std::vector<measure::MomentCurve> curves_;
};

// The plain fit gives the value; a fit of higher order shows what it misses. Of their difference only what
// its own noise does not explain counts as systematic.
CriticalTime with_errors(const dynamics::Schedule& schedule, const Curve& curve, const LocalFit& plain,
                         const LocalFit& finer, double start, const Replicates& replicates,
                         std::size_t offset) {
    const double x = plain.locate(curve.values, 0, start);
    if (!std::isfinite(x)) return at_log_snr(schedule, nan, nan);
    const double statistical =
        replicates.standard_error([&](const Vector& v) { return plain.locate(v, offset, x); });
    const double difference = finer.locate(curve.values, 0, x) - x;
    double systematic2 = 0.0;
    if (std::isfinite(difference)) {
        const double noise = replicates.standard_error(
            [&](const Vector& v) { return finer.locate(v, offset, x) - plain.locate(v, offset, x); });
        systematic2 = std::max(0.0, difference * difference - (std::isfinite(noise) ? noise * noise : 0.0));
    }
    return at_log_snr(schedule, x, std::sqrt(statistical * statistical + systematic2));
}

int degree_for(std::size_t points, int wanted) { return std::min(wanted, static_cast<int>(points) - 1); }

// Where noise makes a curve cross several times in a row, the middle crossing.
std::optional<std::size_t> middle_sign_change(const Vector& values, double level) {
    std::vector<std::size_t> changes;
    for (Index i = 0; i + 1 < values.size(); ++i)
        if ((values(i) < level) != (values(i + 1) < level)) changes.push_back(static_cast<std::size_t>(i));
    if (changes.empty() || !values.allFinite()) return {};
    return changes[changes.size() / 2];
}

}  // namespace

CriticalTime crossing(const dynamics::Schedule& schedule, std::span<const Time> times,
                      std::span<const measure::MomentCurve> batches, const CurveValue& value, double level) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    const auto bracket = middle_sign_change(curve.values, level);
    if (!bracket) return at_log_snr(schedule, nan, nan);
    const std::vector<double> smooth = smoothed(curve.values);
    const auto [low, high] = std::minmax_element(smooth.begin(), smooth.end());
    // half way to either end of the curve: about its own width, whatever the grid
    const double floor = 0.5 * (level + *low), ceiling = 0.5 * (level + *high);
    const Window window = grow(*bracket, *bracket + 1, times.size(), [&](std::size_t i) {
                              return smooth[i] > floor && smooth[i] < ceiling;
                          }).widened(4, times.size());
    const Window wider = window.widened(6, times.size());
    const LocalFit plain(window, curve.log_snr, degree_for(window.count, 3), level);
    const LocalFit finer(wider, curve.log_snr, degree_for(wider.count, 5), level);
    const double start = 0.5 * (curve.log_snr[*bracket] + curve.log_snr[*bracket + 1]);
    return with_errors(schedule, curve, plain, finer, start, Replicates(wider, batches, value), wider.first);
}

CriticalTime peak(const dynamics::Schedule& schedule, std::span<const Time> times,
                  std::span<const measure::MomentCurve> batches, const CurveValue& value) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    if (times.size() < 3 || !curve.values.allFinite()) return at_log_snr(schedule, nan, nan);
    const std::vector<double> smooth = smoothed(curve.values);
    const auto top = std::max_element(smooth.begin(), smooth.end());
    const auto best = static_cast<std::size_t>(top - smooth.begin());
    if (best == 0 || best + 1 == times.size()) return at_log_snr(schedule, nan, nan);
    const Window window = grow(best, best, times.size(), [&](std::size_t i) {
                              return smooth[i] > 0.6 * *top;
                          }).widened(5, times.size());
    const Window wider = window.widened(7, times.size());
    const LocalFit plain(window, curve.log_snr, degree_for(window.count, 4), {});
    const LocalFit finer(wider, curve.log_snr, degree_for(wider.count, 6), {});
    return with_errors(schedule, curve, plain, finer, curve.log_snr[best], Replicates(wider, batches, value),
                       wider.first);
}

}  // namespace kairos::phases
