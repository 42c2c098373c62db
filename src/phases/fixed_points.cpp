#include "kairos/phases/fixed_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linearisation.hpp"

namespace kairos::phases {
namespace {

constexpr int most_iterations = 40, most_halvings = 6;

// How far the components reach from their centre, in the frame of fixed points.
double reach_of(const DriftField& field, double log_snr) {
    const Vector centre = law::total_mean(field.mixture());
    const double radius = (field.mixture().means.colwise() - centre).colwise().norm().maxCoeff();
    return radius / std::max(std::abs(field.restoring(log_snr)), 1e-3) + field.resolution(log_snr);
}

// The step that lowers |h|, or the shortest tried.
Vector damped(DriftField& field, const Vector& u, Vector step, double residual, double log_snr) {
    for (int halving = 0; halving < most_halvings; ++halving) {
        const double next = field.value(u + step, log_snr).drift.norm();
        if (std::isfinite(next) && next < residual) break;
        step *= 0.5;
    }
    return step;
}

// Where J vanishes (far beyond data that nothing restores) the smallest step goes nowhere, and what it leaves is no zero.
bool solves(const DriftField& field, const Linearisation& near, const Vector& step, const Vector& drift) {
    const double negligible = 1e-6 * field.mixture().means.colwise().norm().maxCoeff();
    return drift.norm() <= negligible || (near.times(step) + drift).norm() <= 0.5 * drift.norm();
}

// A zero in whose neighbourhood there are others without end (a direction in which the drift vanishes).
bool isolated(DriftField& field, const Vector& u, double log_snr) {
    const Vector values = Linearisation(field, u, log_snr).leading_values();
    return values.size() == 0 || values.cwiseAbs().minCoeff() > 1e-9;
}

}  // namespace

std::optional<Vector> newton(DriftField& field, Vector u, double log_snr) {
    const double unit = field.resolution(log_snr), longest = 2.0 * reach_of(field, log_snr);
    double before = std::numeric_limits<double>::infinity();
    for (int i = 0; i < most_iterations; ++i) {
        const Vector drift = field.value(u, log_snr).drift;
        if (!drift.allFinite()) return std::nullopt;
        if (drift.isZero(0.0)) return u;
        const Linearisation near(field, u, log_snr);
        Vector step = -near.solve(drift);
        const double size = step.norm() / (u.norm() + unit);
        if (!std::isfinite(size)) return std::nullopt;
        if (size <= 1e-12 || (size <= 1e-8 && size >= 0.2 * before)) {
            if (!solves(field, near, step, drift)) return std::nullopt;
            return Vector(u + step);
        }
        if (step.norm() > longest) step *= longest / step.norm();
        u += damped(field, u, step, drift.norm(), log_snr);
        before = size;
    }
    return std::nullopt;
}

// |a| <= |b| + |a - b|: where one coordinate alone is further apart than that, the others need not be read.
bool same_place(const DriftField& field, const Vector& a, const Vector& b, double log_snr) {
    const double absolute = 1e-6 * field.resolution(log_snr);
    if (a.size() > 0 && std::abs(a[0] - b[0]) > 1.001 * (absolute + 1e-8 * b.norm())) return false;
    return (a - b).norm() <= absolute + 1e-8 * a.norm();
}

FixedPoints fixed_points(DriftField& field, double log_snr, Depth depth, double most_operations,
                         const std::function<void()>& check) {
    FixedPoints result;
    for (const Vector& start : search_starts(field, log_snr, depth)) {
        check();
        if (field.exhausted() || field.operations() > most_operations) {
            result.exhausted = true;
            break;
        }
        const auto zero = newton(field, start, log_snr);
        if (!zero) continue;
        const bool known = std::ranges::any_of(
            result.found, [&](const Vector& other) { return same_place(field, other, *zero, log_snr); });
        if (known || (!result.found.empty() && !isolated(field, *zero, log_snr))) continue;
        result.found.push_back(*zero);
    }
    return result;
}

}  // namespace kairos::phases
