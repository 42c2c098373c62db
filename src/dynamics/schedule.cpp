#include "kairos/dynamics/schedule.hpp"

#include <cmath>
#include <numbers>

namespace kairos::dynamics {
namespace {

constexpr double half_pi = std::numbers::pi / 2;

// log(1 + e^x) without overflow.
double softplus(double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

// sin(pi t/2) and cos(pi t/2), both to full relative accuracy on [0, 1].
double sine(double t) { return t < 0.5 ? std::sin(half_pi * t) : std::cos(half_pi * (1 - t)); }
double cosine(double t) { return t < 0.5 ? std::cos(half_pi * t) : std::sin(half_pi * (1 - t)); }

}  // namespace

const char* name(ScheduleKind kind) {
    switch (kind) {
        case ScheduleKind::ou:
            return "ou";
        case ScheduleKind::ve:
            return "ve";
        case ScheduleKind::vp_linear:
            return "vp-linear";
        case ScheduleKind::vp_cosine:
            return "vp-cosine";
        case ScheduleKind::edm:
            return "edm";
        case ScheduleKind::flow_matching:
            break;
    }
    return "flow-matching";
}

// int_0^t beta,  beta(u) = beta_min + (beta_max - beta_min) u
double Schedule::integrated_beta(double t) const {
    return t * (beta_min_ + 0.5 * (beta_max_ - beta_min_) * t);
}

double Schedule::alpha(Time time) const {
    const double t = time.value;
    switch (kind_) {
        case ScheduleKind::ou:
            return std::exp(-t);
        case ScheduleKind::vp_linear:
            return std::exp(-0.5 * integrated_beta(t));
        case ScheduleKind::vp_cosine:
            return cosine(t);
        case ScheduleKind::flow_matching:
            return 1 - t;
        case ScheduleKind::ve:
        case ScheduleKind::edm:
            break;
    }
    return 1;
}

double Schedule::sigma2(Time time) const {
    const double t = time.value;
    switch (kind_) {
        case ScheduleKind::ou:
            return -std::expm1(-2 * t);
        case ScheduleKind::ve: {
            if (!geometric_) return t;
            const double sigma = sigma_min_ * std::exp(t * log_ratio_);
            return sigma * sigma;
        }
        case ScheduleKind::vp_linear:
            return -std::expm1(-integrated_beta(t));
        case ScheduleKind::vp_cosine:
            return sine(t) * sine(t);
        case ScheduleKind::edm:
        case ScheduleKind::flow_matching:
            break;
    }
    return t * t;
}

double Schedule::drift(Time time) const {
    const double t = time.value;
    switch (kind_) {
        case ScheduleKind::ou:
            return -1;
        case ScheduleKind::vp_linear:
            return -0.5 * (beta_min_ + (beta_max_ - beta_min_) * t);
        case ScheduleKind::vp_cosine:
            return -half_pi * sine(t) / cosine(t);
        case ScheduleKind::flow_matching:
            return -1 / (1 - t);
        case ScheduleKind::ve:
        case ScheduleKind::edm:
            break;
    }
    return 0;
}

double Schedule::diffusion2(Time time) const {
    const double t = time.value;
    switch (kind_) {
        case ScheduleKind::ou:
            return 2;
        case ScheduleKind::ve:
            return geometric_ ? 2 * log_ratio_ * sigma2(time) : 1;
        case ScheduleKind::vp_linear:
            return beta_min_ + (beta_max_ - beta_min_) * t;
        case ScheduleKind::vp_cosine:
            return 2 * half_pi * sine(t) / cosine(t);
        case ScheduleKind::edm:
            return 2 * t;
        case ScheduleKind::flow_matching:
            break;
    }
    return 2 * t / (1 - t);
}

LogSnr Schedule::log_snr(Time time) const {
    const double t = time.value;
    switch (kind_) {
        case ScheduleKind::ou:
            return {-2 * t - std::log(-std::expm1(-2 * t))};
        case ScheduleKind::ve:
            return {geometric_ ? -2 * (std::log(sigma_min_) + t * log_ratio_) : -std::log(t)};
        case ScheduleKind::vp_linear: {
            const double beta = integrated_beta(t);
            return {-beta - std::log(-std::expm1(-beta))};
        }
        case ScheduleKind::vp_cosine:
            return {2 * std::log(cosine(t) / sine(t))};
        case ScheduleKind::edm:
            return {-2 * std::log(t)};
        case ScheduleKind::flow_matching:
            break;
    }
    return {2 * std::log((1 - t) / t)};
}

Time Schedule::time_of(LogSnr value) const {
    const double lambda = value.value;
    switch (kind_) {
        case ScheduleKind::ou:
            return {0.5 * softplus(-lambda)};
        case ScheduleKind::ve:
            return {geometric_ ? (-0.5 * lambda - std::log(sigma_min_)) / log_ratio_ : std::exp(-lambda)};
        case ScheduleKind::vp_linear: {
            // the positive root of (beta_max - beta_min) t^2/2 + beta_min t = int beta, in the form that does
            // not cancel
            const double beta = softplus(-lambda);
            return {2 * beta /
                    (beta_min_ + std::sqrt(beta_min_ * beta_min_ + 2 * (beta_max_ - beta_min_) * beta))};
        }
        case ScheduleKind::vp_cosine:
            return {std::atan(std::exp(-0.5 * lambda)) / half_pi};
        case ScheduleKind::edm:
            return {std::exp(-0.5 * lambda)};
        case ScheduleKind::flow_matching:
            break;
    }
    return {1 / (1 + std::exp(0.5 * lambda))};
}

TimePoint Schedule::at(Time t) const {
    return {.t = t,
            .alpha = alpha(t),
            .sigma2 = sigma2(t),
            .drift = drift(t),
            .diffusion2 = diffusion2(t),
            .log_snr = log_snr(t).value};
}

// Every variance is written with a factor t - s, so that it keeps its relative accuracy as t -> s.
Schedule::Bridge Schedule::bridge(Time from, Time to) const {
    const double s = from.value, t = to.value, step = t - s;
    switch (kind_) {
        case ScheduleKind::ou:
            return {std::exp(-step), -std::expm1(-2 * step)};
        case ScheduleKind::ve:
            return {1, geometric_ ? sigma2(from) * std::expm1(2 * step * log_ratio_) : step};
        case ScheduleKind::vp_linear: {
            const double beta = step * (beta_min_ + 0.5 * (beta_max_ - beta_min_) * (t + s));
            return {std::exp(-0.5 * beta), -std::expm1(-beta)};
        }
        case ScheduleKind::vp_cosine: {
            // sin^2 b - cos^2 b tan^2 a = sin(b - a) sin(b + a)/cos^2 a;  sin(pi u/2) = sin(pi (2 - u)/2)
            const double sum = t + s < 1 ? sine(t + s) : sine((1 - t) + (1 - s));
            return {cosine(t) / cosine(s), sine(step) * sum / (cosine(s) * cosine(s))};
        }
        case ScheduleKind::edm:
            return {1, step * (t + s)};
        case ScheduleKind::flow_matching:
            break;
    }
    // (t - A s)(t + A s) with A = (1 - t)/(1 - s)
    return {(1 - t) / (1 - s), step * (t * (1 - s) + s * (1 - t)) / ((1 - s) * (1 - s))};
}

}  // namespace kairos::dynamics
