#include "kairos/phases/scaling_collapse.hpp"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <limits>
#include <optional>

#include "curve_window.hpp"
#include "kairos/base/array.hpp"
#include "kairos/phases/scaling_fit.hpp"
#include "local_polynomial.hpp"

namespace kairos::phases {
namespace {

constexpr std::size_t nodes = 4;
constexpr int parabola_points = 11;

struct Read {
    double y, error;
};

// Lagrange's cubic through the four points around x; nothing beyond the ends.
std::optional<Read> interpolated(const SizedCurve& curve, double x) {
    const std::size_t count = curve.x.size();
    if (count < nodes || !(x >= curve.x.front() && x <= curve.x.back())) return {};
    const auto above = static_cast<std::size_t>(std::ranges::upper_bound(curve.x, x) - curve.x.begin());
    const std::size_t first = std::clamp<std::size_t>(above, 2, count - 2) - 2;
    Read read{0.0, 0.0};
    for (std::size_t k = first; k < first + nodes; ++k) {
        double weight = 1.0;
        for (std::size_t m = first; m < first + nodes; ++m)
            if (m != k) weight *= (x - curve.x[m]) / (curve.x[k] - curve.x[m]);
        read.y += weight * curve.y[k];
        read.error += weight * curve.error[k];
    }
    if (!std::isfinite(read.y) || !(read.error > 0.0)) return {};
    return read;
}

// The point before which the curve first passes a height.
std::optional<std::size_t> passes(const SizedCurve& curve, double height) {
    for (std::size_t j = 1; j < curve.x.size(); ++j) {
        const double before = curve.y[j - 1] - height, after = curve.y[j] - height;
        if (std::isfinite(before) && std::isfinite(after) && (before < 0.0) != (after < 0.0)) return j;
    }
    return {};
}

// The exponent that brings the middles of all curves together.
double aligned(const std::vector<SizedCurve>& curves, double height) {
    std::vector<LinePoint> middles;
    for (const SizedCurve& curve : curves)
        if (const auto j = passes(curve, height)) {
            const double share = (height - curve.y[*j - 1]) / (curve.y[*j] - curve.y[*j - 1]);
            middles.push_back({curve.size, std::lerp(curve.x[*j - 1], curve.x[*j], share), 0.0});
        }
    return fit_line(middles).slope.value;
}

// From where the curve passes half way between the heights outward, as long as it stays between them. Point by point the noise would choose, and
// let those of a plateau in that stray from it.
std::vector<std::size_t> points_between(const SizedCurve& curve, Heights heights) {
    std::vector<std::size_t> points;
    const auto middle = passes(curve, 0.5 * (heights.low + heights.high));
    if (!middle) return points;
    const std::vector<double> smooth =
        smoothed(Eigen::Map<const Vector>(curve.y.data(), static_cast<Index>(curve.y.size())));
    const auto inside = [&](std::size_t j) { return smooth[j] > heights.low && smooth[j] < heights.high; };
    std::size_t first = *middle, last = *middle;
    while (first > 0 && inside(first - 1)) --first;
    while (last < smooth.size() && inside(last)) ++last;
    for (std::size_t j = first; j < last; ++j)
        if (curve.error[j] > 0.0 && std::isfinite(curve.y[j])) points.push_back(j);
    return points;
}

}  // namespace

ScalingCollapse::ScalingCollapse(std::vector<SizedCurve> curves, Heights compared)
    : curves_(std::move(curves)), middle_(nan), half_range_(nan) {
    for (const SizedCurve& curve : curves_) compared_.push_back(points_between(curve, compared));
    const double start = aligned(curves_, 0.5 * (compared.low + compared.high));
    if (std::isfinite(start)) choose_range(start);
}

ScalingCollapse::Quality ScalingCollapse::quality(double exponent) const {
    double sum = 0.0;
    std::size_t points = 0;
    for (std::size_t i = 0; i < curves_.size(); ++i)
        for (const std::size_t j : compared_[i]) {
            const double x = curves_[i].x[j] - exponent * curves_[i].size;
            double weights = 0.0, mean = 0.0;
            for (std::size_t l = 0; l < curves_.size(); ++l) {
                if (l == i) continue;
                const auto other = interpolated(curves_[l], x + exponent * curves_[l].size);
                if (!other) continue;
                const double weight = 1.0 / (other->error * other->error);
                weights += weight;
                mean += weight * other->y;
            }
            if (!(weights > 0.0)) continue;
            const double difference = curves_[i].y[j] - mean / weights;
            sum += difference * difference / (curves_[i].error[j] * curves_[i].error[j] + 1.0 / weights);
            ++points;
        }
    return {points > 0 ? sum / static_cast<double>(points) : nan, points};
}

// From the aligned middles to the minimum of S, and from there outward until S has risen enough.
void ScalingCollapse::choose_range(double start) {
    const double reach = 0.1 * std::max(std::abs(start), 0.1);
    const auto value = [&](double exponent) {
        const double s = quality(exponent).value;
        return std::isnan(s) ? std::numeric_limits<double>::max() : s;
    };
    constexpr int bits = 24;
    const auto [best, least] =
        boost::math::tools::brent_find_minima(value, start - reach, start + reach, bits);
    const double risen = least + std::max(1.0, least);
    double half = reach / 4096.0;
    while (half < reach && (value(best - half) < risen || value(best + half) < risen)) half *= 1.5;
    middle_ = best;
    half_range_ = half;
}

double ScalingCollapse::exponent() const {
    if (!std::isfinite(middle_)) return nan;
    std::vector<double> places;
    Vector values(parabola_points);
    for (int k = 0; k < parabola_points; ++k) {
        places.push_back(middle_ + half_range_ * (2.0 * k / (parabola_points - 1) - 1.0));
        values(k) = quality(places.back()).value;
    }
    if (!values.allFinite()) return nan;
    const LocalPolynomial parabola(places, Vector::Ones(parabola_points), 2);
    const Vector c = parabola.coefficients(values);
    return c(2) > 0.0 ? parabola.from_unit(-0.5 * c(1) / c(2)) : nan;
}

}  // namespace kairos::phases
