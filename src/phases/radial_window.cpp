#include "radial_window.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace kairos::phases {
namespace {

constexpr double negligible = 45.0;         // e^-45 of what matters is left out
constexpr double farthest_balance = 100.0;  // overlaps below e^-100 are not followed

// log( a^a e^-a/Gamma(a) ): a difference of numbers of size a log a, so Stirling's series where a is large.
double log_gamma_norm(double a) {
    if (a < 20.0) return a * std::log(a) - a - boost::math::lgamma(a);
    const double r = 1.0 / (a * a);
    const double tail = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680)))) / a;
    return 0.5 * std::log(a / (2.0 * std::numbers::pi)) - tail;
}

}  // namespace

RadialWindow::RadialWindow(double half_dimension, std::span<const double> weights,
                           std::span<const double> data_variances, double alpha2, double sigma2,
                           std::size_t j)
    : a_(half_dimension), log_norm_(log_gamma_norm(half_dimension)), j_(j) {
    for (std::size_t k = 0; k < weights.size(); ++k) {
        log_ratio_.push_back(std::log(weights[k] / weights[j]));
        delta_.push_back(alpha2 * (data_variances[j] - data_variances[k]) /
                         (alpha2 * data_variances[k] + sigma2));
    }
    set_logits();
    span_nearest_balance();
    step_ = std::min(0.2, 0.4 / std::sqrt(a_));
    resolve_balances();
}

double RadialWindow::energy(double tau) const {
    const double excess = std::expm1(tau);
    return std::abs(tau) < 0.5 ? -a_ * boost::math::log1pmx(excess) : a_ * (excess - tau);
}

double RadialWindow::density(double tau) const { return std::exp(log_norm_ - energy(tau)); }

void RadialWindow::set_logits() {
    for (std::size_t k = 0; k < delta_.size(); ++k) {
        const bool small = std::abs(delta_[k]) < 0.5;
        from_unity_.push_back(small ? 1.0 : 0.0);
        offset_.push_back(log_ratio_[k] +
                          a_ * (small ? boost::math::log1pmx(delta_[k]) : std::log1p(delta_[k])));
    }
}

void RadialWindow::logits(double tau, std::span<double> out) const {
    const double whole = std::exp(tau), excess = std::expm1(tau);
    for (std::size_t k = 0; k < delta_.size(); ++k)
        out[k] = offset_[k] - a_ * delta_[k] * (from_unity_[k] > 0.0 ? excess : whole);
}

// Where components k and l have equal weight; NaN where they never do.
double RadialWindow::balance(std::size_t k, std::size_t l) const {
    const double offset =
        log_ratio_[k] - log_ratio_[l] + a_ * (std::log1p(delta_[k]) - std::log1p(delta_[l]));
    return std::log(offset / (a_ * (delta_[k] - delta_[l])));
}

// The window holds the bulk of component j and, for the sake of rates that are small everywhere, its nearest
// balance with another.
void RadialWindow::span_nearest_balance() {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < delta_.size(); ++k) {
        const double tau = k == j_ ? nan : balance(k, j_);
        if (std::isfinite(tau)) nearest = std::min(nearest, energy(tau));
    }
    const double reach = negligible + (std::isfinite(nearest) ? std::min(nearest, farthest_balance) : 0.0);
    // e^tau - 1 - tau = c: bounds of the two solutions that are tight for small and for large c
    const double c = reach / a_, root = std::sqrt(2.0 * c);
    left_ = -(root + c);
    right_ = std::min(root, std::log(1.0 + c + root));
}

bool RadialWindow::leads_at(std::size_t k, double tau) const {
    std::vector<double> l(delta_.size());
    logits(tau, l);
    return *std::max_element(l.begin(), l.end()) <= l[k] + 1.0 + std::log(static_cast<double>(l.size()));
}

// Two components of equal weight at tau differ in phase by pi at height y = atan(pi/D), D = a |delta_k -
// delta_l| e^tau.
void RadialWindow::resolve_balances() {
    for (std::size_t k = 0; k < delta_.size(); ++k) {
        for (std::size_t l = 0; l < k; ++l) {
            const double tau = balance(k, l);
            if (!(tau > left_ && tau < right_)) continue;
            const double height =
                std::atan(std::numbers::pi / (a_ * std::abs(delta_[k] - delta_[l]) * std::exp(tau)));
            const double needed = 0.08 * height;  // error e^{-pi y/step} = e^-39
            if (needed < step_ && leads_at(k, tau)) step_ = needed;
        }
    }
}

}  // namespace kairos::phases
