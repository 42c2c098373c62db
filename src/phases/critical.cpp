#include "kairos/phases/critical.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "curve_window.hpp"
#include "local_polynomial.hpp"

namespace kairos::phases {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

enum class Target { level, maximum, maximum_of_log };

// A critical point by one fit: where the polynomial over a window crosses the level, or has its maximum.
// Peaks of rates and variances are nearly exponentials of low polynomials, so that a fit to the logarithm
// misses far less than one to the values.
class LocalFit {
public:
    // reference: the level, or the value below which a logarithm is cut
    LocalFit(Window window, std::span<const double> x, const Vector& weights, int degree, Target target,
             double reference)
        : window_(window),
          polynomial_(x.subspan(window.first, window.count), weights, degree),
          target_(target),
          reference_(reference) {}

    // values of the curve from index `offset` on; `start` picks among several
    [[nodiscard]] double locate(const Vector& values, std::size_t offset, double start) const {
        Vector inside =
            values.segment(static_cast<Index>(window_.first - offset), static_cast<Index>(window_.count));
        if (!inside.allFinite()) return nan;
        if (target_ == Target::maximum_of_log) inside = inside.cwiseMax(reference_).array().log();
        Vector c = polynomial_.coefficients(inside);
        if (target_ == Target::level)
            c(0) -= reference_;
        else
            c = derivative(c);
        return polynomial_.from_unit(nearest_root(c, polynomial_.to_unit(start), target_ != Target::level));
    }

private:
    Window window_;
    LocalPolynomial polynomial_;
    Target target_;
    double reference_;
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
    [[nodiscard]] std::size_t first() const { return window_.first; }
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

// The plain fit gives the value; a fit of another order shows what it misses. Of their difference only what
// its own noise does not explain counts as systematic, and twice, since what both miss alike does not show.
CriticalTime with_errors(const dynamics::Schedule& schedule, const Curve& curve, const LocalFit& plain,
                         const LocalFit& other, double start, const Replicates& replicates,
                         double resolution) {
    const double x = plain.locate(curve.values, 0, start);
    if (!std::isfinite(x)) return at_log_snr(schedule, nan, nan);
    const std::size_t offset = replicates.first();
    const double statistical =
        replicates.standard_error([&](const Vector& v) { return plain.locate(v, offset, x); });
    const double difference = other.locate(curve.values, 0, x) - x;
    double systematic2 = resolution * resolution;
    if (std::isfinite(difference)) {
        const double noise = replicates.standard_error(
            [&](const Vector& v) { return other.locate(v, offset, x) - plain.locate(v, offset, x); });
        systematic2 +=
            4.0 * std::max(0.0, difference * difference - (std::isfinite(noise) ? noise * noise : 0.0));
    }
    return at_log_snr(schedule, x, std::sqrt(statistical * statistical + systematic2));
}

int degree_for(std::size_t points, int wanted) { return std::min(wanted, static_cast<int>(points) - 1); }

// Degree 4 at least where there are 5 points; a spare point or two keep noise down from there on, up to
// degree 6.
int peak_degree(std::size_t points) {
    return points < 5 ? 2 : std::clamp(static_cast<int>(points) - 2, 4, 6);
}

}  // namespace

CriticalTime crossing(const dynamics::Schedule& schedule, std::span<const Time> times,
                      std::span<const measure::MomentCurve> batches, const CurveValue& value, double level) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    const auto found = crossing_window(curve.values, level);
    if (!found) return at_log_snr(schedule, nan, nan);
    const Window window = found->window;
    const Window wider = widened(window, 6, std::vector<double>(times.size(), 0.0));
    const auto fit = [&](Window over, int degree) {
        const Vector weights = Vector::Ones(static_cast<Index>(over.count));
        return LocalFit(over, curve.log_snr, weights, degree_for(over.count, degree), Target::level, level);
    };
    const double start = 0.5 * (curve.log_snr[found->bracket] + curve.log_snr[found->bracket + 1]);
    return with_errors(schedule, curve, fit(window, 3), fit(wider, 5), start,
                       Replicates(wider, batches, value), 0.0);
}

CriticalTime peak(const dynamics::Schedule& schedule, std::span<const Time> times,
                  std::span<const measure::MomentCurve> batches, const CurveValue& value) {
    const Curve curve = folded_curve(schedule, times, batches, value);
    const auto found = peak_window(curve.values);
    if (!found) return at_log_snr(schedule, nan, nan);
    const Window window = found->window;
    const double floor = 1e-3 * curve.values(static_cast<Index>(found->top));
    const auto fit = [&](int degree, Target target) {
        return LocalFit(window, curve.log_snr, found->height, degree_for(window.count, degree), target,
                        floor);
    };
    const int degree = peak_degree(window.count), next = degree + (window.count >= 11 ? 2 : 1);
    // without points to spare for a higher order, the fit to the values themselves tells how well the peak is
    // resolved
    const bool spare = static_cast<int>(window.count) > next;
    const LocalFit other = spare ? fit(next, Target::maximum_of_log) : fit(degree, Target::maximum);
    const double spacing = 0.5 * std::abs(curve.log_snr[found->top + 1] - curve.log_snr[found->top - 1]);
    return with_errors(schedule, curve, fit(degree, Target::maximum_of_log), other, curve.log_snr[found->top],
                       Replicates(window, batches, value), found->resolved ? 0.0 : 0.5 * spacing);
}

}  // namespace kairos::phases
