#include "curve_meeting.hpp"

#include <algorithm>
#include <cmath>

#include "curve_window.hpp"

namespace kairos::phases {
namespace {

constexpr std::size_t fewest_points = 4;

std::vector<double> smoothed_values(const SizedCurve& curve) {
    return smoothed(Eigen::Map<const Vector>(curve.y.data(), static_cast<Index>(curve.y.size())));
}

// On the straight line between neighbours; NaN beyond the ends.
double between_points(const std::vector<double>& x, const std::vector<double>& y, double at) {
    if (x.size() < 2 || !(at >= x.front() && at <= x.back())) return nan;
    const auto above = static_cast<std::size_t>(std::ranges::lower_bound(x, at) - x.begin());
    const std::size_t j = std::max<std::size_t>(above, 1);
    return std::lerp(y[j - 1], y[j], (at - x[j - 1]) / (x[j] - x[j - 1]));
}

// The smoothed difference at a point of the larger curve at which both are between the heights.
struct Difference {
    double place, height, value;
    std::size_t index;
};

std::vector<Difference> differences_between(const SizedCurve& smaller, const SizedCurve& larger,
                                            Heights compared) {
    const std::vector<double> low = smoothed_values(smaller), high = smoothed_values(larger);
    const auto inside = [&](double y) { return y > compared.low && y < compared.high; };
    std::vector<Difference> differences;
    for (std::size_t j = 0; j < high.size(); ++j) {
        const double place = larger.x[j] / larger.size;
        const double other = between_points(smaller.x, low, place * smaller.size);
        if (inside(high[j]) && inside(other)) differences.push_back({place, high[j], high[j] - other, j});
    }
    return differences;
}

// Lagrange's cubic through the four points from `first` on.
std::array<double, 4> cubic_weights(const std::vector<double>& x, std::size_t first, double at) {
    std::array<double, 4> weights{};
    for (std::size_t k = 0; k < 4; ++k) {
        weights[k] = 1.0;
        for (std::size_t m = 0; m < 4; ++m)
            if (m != k) weights[k] *= (at - x[first + m]) / (x[first + k] - x[first + m]);
    }
    return weights;
}

}  // namespace

std::optional<Meeting> meeting_of(const SizedCurve& smaller, const SizedCurve& larger, Heights compared) {
    const std::vector<Difference> differences = differences_between(smaller, larger, compared);
    double before = 0.0, after = 0.0, most = 0.0;
    for (const Difference& difference : differences) after += difference.value;
    std::optional<Meeting> best;
    for (std::size_t k = 1; k < differences.size(); ++k) {
        const Difference &last = differences[k - 1], &next = differences[k];
        before += last.value;
        after -= last.value;
        const bool changes = next.index == last.index + 1 && (last.value < 0.0) != (next.value < 0.0);
        if (!changes || !(std::abs(before - after) > most)) continue;
        most = std::abs(before - after);
        const double share = last.value / (last.value - next.value);
        best = {std::lerp(last.place, next.place, share), std::lerp(last.height, next.height, share),
                last.index, next.index};
    }
    if (!best) return best;
    const auto there = [&](std::size_t j) {
        return std::ranges::find(differences, j, &Difference::index) != differences.end();
    };
    while (best->first > 0 && there(best->first - 1)) --best->first;
    while (there(best->last + 1)) ++best->last;
    return best;
}

MeetingFit::MeetingFit(const SizedCurve& smaller, const SizedCurve& larger, const Meeting& about,
                       int degree) {
    std::vector<double> places, errors;
    for (std::size_t j = about.first; j <= about.last && smaller.x.size() >= 4; ++j) {
        const double place = larger.x[j] / larger.size, at = place * smaller.size;
        const auto above =
            static_cast<std::size_t>(std::ranges::upper_bound(smaller.x, at) - smaller.x.begin());
        const std::size_t first = std::clamp<std::size_t>(above, 2, smaller.x.size() - 2) - 2;
        points_.push_back({j, first, cubic_weights(smaller.x, first, at)});
        places.push_back(place);
        errors.push_back(std::hypot(larger.error[j], between_points(smaller.x, smaller.error, at)));
    }
    if (points_.size() < fewest_points) return;
    const bool known = std::ranges::all_of(errors, [](double e) { return std::isfinite(e) && e > 0.0; });
    Vector weights = Vector::Ones(static_cast<Index>(errors.size()));
    if (known) weights = Eigen::Map<const Vector>(errors.data(), weights.size()).cwiseInverse();
    polynomial_.emplace(places, weights, std::min(degree, static_cast<int>(places.size()) - 1));
}

double MeetingFit::operator()(const std::vector<double>& smaller, const std::vector<double>& larger,
                              double start) const {
    if (!polynomial_) return nan;
    Vector difference(static_cast<Index>(points_.size()));
    for (Index i = 0; i < difference.size(); ++i) {
        const Point& point = points_[static_cast<std::size_t>(i)];
        double other = 0.0;
        for (std::size_t k = 0; k < 4; ++k) other += point.weights[k] * smaller[point.smaller + k];
        difference(i) = larger[point.larger] - other;
    }
    return polynomial_->from_unit(
        nearest_root(polynomial_->coefficients(difference), polynomial_->to_unit(start), false));
}

}  // namespace kairos::phases
