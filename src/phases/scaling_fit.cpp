#include "kairos/phases/scaling_fit.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/base/array.hpp"

namespace kairos::phases {
namespace {

constexpr std::size_t fewest_with_rival = 4;

bool errors_known(std::span<const LinePoint> points) {
    return std::ranges::all_of(points,
                               [](const LinePoint& p) { return std::isfinite(p.error) && p.error > 0.0; });
}

// Weighted means first: sums about them do not cancel.
LineFit plain_line(std::span<const LinePoint> points, bool weighted) {
    const Fitted none{nan, nan, nan};
    LineFit fit{none, none, nan, nan, points.size() > 2 ? points.size() - 2 : 0};
    if (points.size() < 2) return fit;
    const auto weight = [&](const LinePoint& p) { return weighted ? 1.0 / (p.error * p.error) : 1.0; };
    double total = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0, chi2 = 0.0;
    for (const LinePoint& p : points) total += weight(p);
    for (const LinePoint& p : points) x += weight(p) / total * p.x, y += weight(p) / total * p.y;
    for (const LinePoint& p : points) {
        xx += weight(p) * (p.x - x) * (p.x - x);
        xy += weight(p) * (p.x - x) * (p.y - y);
    }
    if (!(xx > 0.0)) return fit;
    const double slope = xy / xx;
    for (const LinePoint& p : points) chi2 += weight(p) * std::pow(p.y - y - slope * (p.x - x), 2);
    double scale2 = 1.0;
    if (!weighted) scale2 = fit.dof > 0 ? chi2 / static_cast<double>(fit.dof) : nan;
    fit.slope = {slope, std::sqrt(scale2 / xx), 0.0};
    fit.intercept = {y - slope * x, std::sqrt(scale2 * (1.0 / total + x * x / xx)), 0.0};
    fit.covariance = -x * scale2 / xx;
    fit.chi2 = weighted && fit.dof > 0 ? chi2 : nan;
    return fit;
}

}  // namespace

double Fitted::standard_error() const { return std::hypot(statistical, systematic); }

double unexplained(const Fitted& all, const Fitted& fewer) {
    const double difference = fewer.value - all.value;
    const double noise2 = fewer.statistical * fewer.statistical - all.statistical * all.statistical;
    const double rest2 = difference * difference - std::max(0.0, noise2);
    return rest2 > 0.0 ? std::sqrt(rest2) : 0.0;
}

LineFit fit_line(std::span<const LinePoint> points) {
    const bool weighted = errors_known(points);
    LineFit fit = plain_line(points, weighted);
    if (points.size() < fewest_with_rival || !std::isfinite(fit.slope.value)) return fit;
    const LineFit rival = plain_line(points.subspan(1), weighted);
    if (!std::isfinite(rival.slope.value)) return fit;
    fit.slope.systematic = unexplained(fit.slope, rival.slope);
    fit.intercept.systematic = unexplained(fit.intercept, rival.intercept);
    return fit;
}

}  // namespace kairos::phases
