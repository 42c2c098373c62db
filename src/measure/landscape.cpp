#include "kairos/measure/landscape.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>

namespace kairos::measure {
namespace {

constexpr double reach = 5.0;  // standard deviations of a component

// Where components lie along an axis at one time.
void widen(const law::Mixture& mixture, const dynamics::TimePoint& time, double root_d, LandscapeAxis& axis) {
    const Vector& v = axis.axis.v;
    const double norm2 = v.squaredNorm();
    double deviation = 0.0;
    for (std::size_t k = 0; k < mixture.covariances.size(); ++k) {
        const double variance = law::variance_along(mixture.covariances[k], v);
        deviation = std::max(deviation, std::sqrt(time.alpha * time.alpha * variance + time.sigma2 * norm2));
    }
    const Vector projected = mixture.means.topRows(v.size()).transpose() * v;
    axis.low = std::min(axis.low, (time.alpha * projected.minCoeff() - reach * deviation) / root_d);
    axis.high = std::max(axis.high, (time.alpha * projected.maxCoeff() + reach * deviation) / root_d);
}

}  // namespace

double LandscapeSpec::drift_unit(std::size_t axis, std::size_t time) const {
    const dynamics::TimePoint& at = times[time];
    const double steepest = std::abs(at.drift) + at.diffusion2 * (1.0 + at.alpha) / at.sigma2;
    const double farthest = std::max(std::abs(axes[axis].low), std::abs(axes[axis].high));
    return std::ldexp(steepest * farthest, -31);
}

LandscapeSpec landscape_of(const law::Law& law, std::vector<dynamics::TimePoint> times, Index bins,
                           std::vector<law::OrderAxis> given) {
    LandscapeSpec spec;
    spec.bins = bins;
    spec.times = std::move(times);
    spec.root_dimension = std::sqrt(law.mixture.dimension());
    std::vector<law::OrderAxis> axes = law::order_axes(law);
    std::ranges::move(given, std::back_inserter(axes));
    for (law::OrderAxis& axis : axes) {
        LandscapeAxis widened{std::move(axis), 0.0, 0.0};
        for (const dynamics::TimePoint& time : spec.times)
            widen(law.mixture, time, spec.root_dimension, widened);
        spec.axes.push_back(std::move(widened));
    }
    return spec;
}

Landscape::Landscape(const LandscapeSpec& spec)
    : times_(spec.times.size()),
      bins_(static_cast<std::size_t>(spec.bins)),
      counts_(spec.axes.size() * times_ * bins_),
      drifts_(counts_.size()) {}

void Landscape::add(const LandscapeSpec& spec, std::size_t time, const dynamics::States& states,
                    const dynamics::Posterior& posterior, Members members) {
    const dynamics::TimePoint& at = spec.times[time];
    for (std::size_t a = 0; a < spec.axes.size(); ++a) {
        const auto& [axis, low, high] = spec.axes[a];
        const Vector direction = axis.v / spec.root_dimension;
        const Index r = direction.size();
        const Lanes q = (direction.transpose() * states.x.topRows(r)).array().transpose();
        const Lanes s = (direction.transpose() * posterior.score.topRows(r)).array().transpose();
        const double per_bin = static_cast<double>(spec.bins) / (high - low), unit = spec.drift_unit(a, time);
        for (Index j = members.begin; j < members.end; ++j) {
            const double bin = std::floor((q[j] - low) * per_bin);
            if (!(bin >= 0.0 && bin < static_cast<double>(spec.bins))) continue;
            const std::size_t at_bin = place(a, time, static_cast<Index>(bin));
            ++counts_[at_bin];
            drifts_[at_bin] += std::llround((at.diffusion2 * s[j] - at.drift * q[j]) / unit);
        }
    }
}

void Landscape::merge(const Landscape& other) {
    if (counts_.empty()) {
        *this = other;
        return;
    }
    std::ranges::transform(counts_, other.counts_, counts_.begin(), std::plus<>());
    std::ranges::transform(drifts_, other.drifts_, drifts_.begin(), std::plus<>());
}

}  // namespace kairos::measure
