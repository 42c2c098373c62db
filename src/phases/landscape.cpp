#include "kairos/phases/landscape.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <utility>

#include "kairos/base/array.hpp"
#include "kairos/phases/critical.hpp"
#include "wells.hpp"

namespace kairos::phases {
namespace {

using dynamics::TimePoint;
using measure::Landscape;
using measure::LandscapeSpec;

constexpr double endless = std::numeric_limits<double>::infinity();

// log(cosh(x)) without overflow
double log_cosh(double x) {
    return std::abs(x) + std::log1p(std::exp(-2.0 * std::abs(x))) - std::numbers::ln2;
}

// N(mean, deviation^2) of an interval, which may be endless.
double within(double low, double high, double mean, double deviation) {
    const double scale = deviation * std::numbers::sqrt2;
    return 0.5 * (std::erf((high - mean) / scale) - std::erf((low - mean) / scale));
}

// Where each component lies along an axis at one time.
struct Projected {
    Vector means, deviations;
};
Projected projected(const law::Mixture& mixture, const LandscapeSpec& spec, std::size_t axis,
                    const TimePoint& at) {
    const Vector& v = spec.axes[axis].axis.v;
    const double norm2 = v.squaredNorm();
    Projected along{at.alpha / spec.root_dimension * (mixture.means.topRows(v.size()).transpose() * v),
                    Vector(mixture.components())};
    for (Index k = 0; k < mixture.components(); ++k) {
        const double variance = law::variance_along(mixture.covariance(k), v);
        along.deviations[k] =
            std::sqrt(at.alpha * at.alpha * variance + at.sigma2 * norm2) / spec.root_dimension;
    }
    return along;
}

// [first, last) of the run of occupied bins that holds the most trajectories.
std::pair<std::size_t, std::size_t> fullest_run(const std::vector<double>& counts) {
    std::pair<std::size_t, std::size_t> best{0, 0};
    double most = 0.0;
    for (std::size_t first = 0, last = 0; first < counts.size(); first = last + 1) {
        double sum = 0.0;
        for (last = first; last < counts.size() && counts[last] > 0.0; ++last) sum += counts[last];
        if (sum > most) most = sum, best = {first, last};
    }
    return best;
}

// V at the bin centres of that run.
void add_drift_potential(const LandscapeSpec& spec, const Landscape& landscape, std::size_t axis,
                         std::size_t time, const std::vector<double>& counts, std::vector<double>& out) {
    const double unit = spec.drift_unit(axis, time), width = spec.width(axis);
    const auto drift = [&](std::size_t b) {
        return unit * static_cast<double>(landscape.drift(axis, time, static_cast<Index>(b))) / counts[b];
    };
    std::vector<double> potential(counts.size(), nan);
    const auto [first, last] = fullest_run(counts);
    double sum = 0.0, lowest = 0.0;
    for (std::size_t b = first; b < last; ++b) {
        if (b > first) sum -= 0.5 * width * (drift(b - 1) + drift(b));
        potential[b] = sum;
        lowest = std::min(lowest, sum);
    }
    for (const double v : potential) out.push_back(v - lowest);
}

void add_density_theory(const law::Mixture& mixture, const LandscapeSpec& spec, std::size_t axis,
                        const TimePoint& at, std::vector<double>& out) {
    const auto [means, deviations] = projected(mixture, spec, axis, at);
    const double width = spec.width(axis);
    std::vector<double> density(static_cast<std::size_t>(spec.bins), 0.0);
    for (Index k = 0; k < mixture.components(); ++k) {
        for (Index b = 0; b < spec.bins; ++b) {
            const double centre = spec.centre(axis, b);
            density[static_cast<std::size_t>(b)] +=
                mixture.weights[k] / width *
                within(centre - 0.5 * width, centre + 0.5 * width, means[k], deviations[k]);
        }
    }
    out.insert(out.end(), density.begin(), density.end());
}

// Of both wells and the barrier; the theory divides the noised data at the same bin.
void add_wells(const law::Mixture& mixture, const LandscapeSpec& spec, std::size_t axis, const TimePoint& at,
               const Wells& wells, LandscapeCurves& curves) {
    curves.barrier.push_back(wells.height);
    curves.barrier_stderr.push_back(wells.height_error);
    curves.free_energy_difference.push_back(wells.difference);
    curves.free_energy_difference_stderr.push_back(wells.difference_error);
    const auto place = [&](std::size_t bin) {
        return wells.seen ? spec.centre(axis, static_cast<Index>(bin)) : nan;
    };
    curves.well_low.push_back(place(wells.low));
    curves.barrier_position.push_back(place(wells.barrier));
    curves.well_high.push_back(place(wells.high));
    double below = 0.0, above = 0.0;
    if (wells.seen) {
        curves.second_well = at.t.value;
        const auto [means, deviations] = projected(mixture, spec, axis, at);
        const double half = 0.5 * spec.width(axis), divide = place(wells.barrier);
        for (Index k = 0; k < mixture.components(); ++k) {
            below += mixture.weights[k] * within(-endless, divide - half, means[k], deviations[k]);
            above += mixture.weights[k] * within(divide + half, endless, means[k], deviations[k]);
        }
    }
    curves.free_energy_difference_theory.push_back(wells.seen ? -std::log(above / below) : nan);
}

// Two equal clusters seen along an axis v: the means lie at +-alpha m.v/sqrt(d).
struct SeenClusters {
    const law::TwoClusters* two;
    double along, norm2;  // m.v, |v|^2
    [[nodiscard]] double gamma(const TimePoint& at) const {
        return at.sigma2 + at.alpha * at.alpha * two->variance_plus;
    }
    // alpha^2 (m.v)^2/(Gamma |v|^2)
    [[nodiscard]] double snr(const TimePoint& at) const {
        return at.alpha * at.alpha * along * along / (gamma(at) * norm2);
    }
    // Whether q tells all of m.x or nothing: between, E[tanh(alpha m.x/Gamma) | q] has no closed form.
    [[nodiscard]] bool closed() const {
        constexpr double rounding = 1e-12;
        const double cosine2 = along * along / (norm2 * two->mean_norm2);
        return cosine2 < rounding * rounding || cosine2 > 1.0 - rounding;
    }
};

std::optional<SeenClusters> seen_clusters(const law::Law& law, const Vector& v) {
    const auto& two = law.two_clusters;
    const bool equal = two && !law.empirical && two->variance_plus == two->variance_minus &&
                       two->weight_plus == 0.5 && two->mean_norm2 > 0.0;
    if (!equal) return std::nullopt;
    const Vector along = law.mixture.means.topRows(v.size()).transpose() * v;
    return SeenClusters{&*two, 0.5 * (along[0] - along[1]), v.squaredNorm()};
}

void add_drift_theory(const SeenClusters& seen, const LandscapeSpec& spec, std::size_t axis,
                      const TimePoint& at, std::vector<double>& out) {
    const double gamma = seen.gamma(at), root_d = spec.root_dimension;
    std::vector<double> potential;
    for (Index b = 0; b < spec.bins; ++b) {
        const double q = spec.centre(axis, b);
        potential.push_back(0.5 * q * q * (at.drift + at.diffusion2 / gamma) -
                            at.diffusion2 * seen.norm2 / (root_d * root_d) *
                                log_cosh(at.alpha * seen.along * root_d * q / (gamma * seen.norm2)));
    }
    const double lowest = *std::ranges::min_element(potential);
    for (const double v : potential) out.push_back(v - lowest);
}

void add_density(const LandscapeSpec& spec, const std::vector<double>& counts, std::size_t axis,
                 double trajectories, LandscapeCurves& curves) {
    for (const double count : counts) {
        const double share = count / trajectories, per_width = 1.0 / spec.width(axis);
        curves.density.push_back(share * per_width);
        curves.density_stderr.push_back(std::sqrt(share * (1.0 - share) / trajectories) * per_width);
        curves.potential.push_back(count > 0.0 ? -std::log(share * per_width) : nan);
    }
}

}  // namespace

LandscapeCurves landscape_curves(const law::Law& law, const dynamics::Schedule& schedule,
                                 const LandscapeSpec& spec, const Landscape& landscape, std::size_t axis,
                                 double trajectories) {
    LandscapeCurves curves;
    curves.second_well = curves.second_well_theory = nan;
    const auto seen = seen_clusters(law, spec.axes[axis].axis.v);
    for (std::size_t i = 0; i < spec.times.size(); ++i) {
        std::vector<double> counts;
        for (Index b = 0; b < spec.bins; ++b)
            counts.push_back(static_cast<double>(landscape.count(axis, i, b)));
        add_density(spec, counts, axis, trajectories, curves);
        add_drift_potential(spec, landscape, axis, i, counts, curves.drift_potential);
        add_wells(law.mixture, spec, axis, spec.times[i], wells_of(counts), curves);
        add_density_theory(law.mixture, spec, axis, spec.times[i], curves.density_theory);
        if (seen && seen->closed()) add_drift_theory(*seen, spec, axis, spec.times[i], curves.drift_theory);
    }
    if (seen)
        curves.second_well_theory = exact_crossing(
            schedule, [&](Time t) { return seen->snr(schedule.at(t)); }, 1.0);
    return curves;
}

void forget_theory(LandscapeCurves& curves) {
    curves.density_theory.clear();
    curves.drift_theory.clear();
    curves.free_energy_difference_theory.clear();
    curves.second_well_theory = nan;
}

}  // namespace kairos::phases
