// Construction of a schedule: defaults, and everything it refuses.
#include <cmath>
#include <limits>
#include <string>

#include "kairos/base/error.hpp"
#include "kairos/base/number_text.hpp"
#include "kairos/dynamics/schedule.hpp"

namespace kairos::dynamics {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// alpha^2 and sigma^2 stay this far from overflow and underflow, so that sigma^4 and snr are ordinary numbers
// too.
constexpr double smallest_variance = 1e-150, largest_variance = 1e150;

// Where a kind is defined, and where it runs when nothing is said.
struct Domain {
    double lower, upper;
    bool closed_below, closed_above;
    double t_min, t_max;  // defaults

    [[nodiscard]] bool contains(double t) const {
        return (closed_below ? t >= lower : t > lower) && (closed_above ? t <= upper : t < upper);
    }
};

Domain domain_of(ScheduleKind kind, bool geometric) {
    switch (kind) {
        case ScheduleKind::ou:
            return {0, infinity, false, false, 0.01, 10};
        case ScheduleKind::ve:
            if (geometric) return {0, 1, true, true, 0, 1};
            return {0, infinity, false, false, 1e-4, 1e4};
        case ScheduleKind::vp_linear:
            return {0, 1, false, true, 1e-3, 1};
        case ScheduleKind::vp_cosine:
            return {0, 1, false, false, 1e-3, 0.999};
        case ScheduleKind::edm:
            return {0, infinity, false, false, 2e-3, 80};
        case ScheduleKind::flow_matching:
            break;
    }
    return {0, 1, false, false, 1e-3, 0.999};
}

std::string allowed_times(ScheduleKind kind, const Domain& domain) {
    std::string range =
        to_text(domain.lower) + (domain.closed_below ? " <= t-min < t-max" : " < t-min < t-max");
    if (domain.upper < infinity) range += (domain.closed_above ? " <= " : " < ") + to_text(domain.upper);
    return range + " for process.kind = " + name(kind) +
           (kind == ScheduleKind::ve && domain.closed_below ? " between sigma-min and sigma-max" : "");
}

std::string problem_of_time(ScheduleKind kind, const Domain& domain, double t) {
    if (!std::isfinite(t)) return "is not a finite number";
    if (t < domain.lower) return "is negative: time starts at t = 0";
    if (t == domain.lower) return "makes sigma(t) zero";
    const std::string sign = t > domain.upper ? "negative" : "zero";
    if (kind == ScheduleKind::flow_matching) return "makes alpha(t) = 1 - t " + sign;
    if (kind == ScheduleKind::vp_cosine && t < 3) return "makes alpha(t) = cos(pi t/2) " + sign;
    if (kind == ScheduleKind::ve) return "is beyond t = 1, where sigma(t) reaches sigma-max";
    return "is beyond t = " + to_text(domain.upper) + ", where the schedule ends";
}

void check_finite(const char* key, double value, const std::string& allowed) {
    if (!std::isfinite(value)) throw ConfigError(key, to_text(value), "is not a finite number", allowed, "");
}

// A key that the kind does not use is a contradiction, not a decoration.
void refuse_unused(const char* key, const std::optional<double>& value, ScheduleKind kind,
                   ScheduleKind owner) {
    if (!value || kind == owner) return;
    const std::string owner_name = name(owner);
    throw ConfigError(key, to_text(*value), std::string("has no meaning for process.kind = ") + name(kind),
                      std::string(key) + " with process.kind = " + owner_name,
                      std::string("Leave ") + key + " out, or try --process.kind=" + owner_name + ".");
}

void check_betas(const ScheduleLimits& limits, double beta_min, double beta_max) {
    const std::string allowed = "0 < beta-min <= beta-max";
    check_finite("process.beta-min", beta_min, allowed);
    check_finite("process.beta-max", beta_max, allowed);
    if (beta_min <= 0)
        throw ConfigError("process.beta-min", to_text(beta_min),
                          "leaves the start of the schedule without noise", allowed,
                          "Try --process.beta-min=0.1.");
    if (beta_min <= beta_max) return;
    if (limits.beta_max)
        throw ConfigError("process.beta-max", to_text(beta_max), "is below beta-min = " + to_text(beta_min),
                          allowed, "Try --process.beta-max=" + to_text(2 * beta_min) + ".");
    throw ConfigError("process.beta-min", to_text(beta_min),
                      "is above beta-max = " + to_text(beta_max) + " (the default)", allowed,
                      "Try --process.beta-max=" + to_text(2 * beta_min) + ".");
}

void check_sigmas(const ScheduleLimits& limits) {
    const std::string allowed = "0 < sigma-min < sigma-max, both or neither";
    if (!limits.sigma_min)
        throw ConfigError("process.sigma-max", to_text(*limits.sigma_max),
                          "is given without process.sigma-min", allowed, "Try --process.sigma-min=0.01.");
    if (!limits.sigma_max)
        throw ConfigError("process.sigma-max", "",
                          "is missing beside process.sigma-min = " + to_text(*limits.sigma_min), allowed,
                          "Try --process.sigma-max=50.");
    check_finite("process.sigma-min", *limits.sigma_min, allowed);
    check_finite("process.sigma-max", *limits.sigma_max, allowed);
    if (*limits.sigma_min < std::sqrt(smallest_variance))
        throw ConfigError("process.sigma-min", to_text(*limits.sigma_min), "leaves no noise at t = 0",
                          allowed, "Try --process.sigma-min=0.01.");
    if (*limits.sigma_max <= *limits.sigma_min || *limits.sigma_max > std::sqrt(largest_variance))
        throw ConfigError("process.sigma-max", to_text(*limits.sigma_max),
                          *limits.sigma_max <= *limits.sigma_min
                              ? "is not above sigma-min = " + to_text(*limits.sigma_min)
                              : "is out of the range of double precision",
                          allowed, "Try --process.sigma-max=" + to_text(1000 * *limits.sigma_min) + ".");
}

void check_time(const char* key, ScheduleKind kind, const Domain& domain, double t, double fallback) {
    if (std::isfinite(t) && domain.contains(t)) return;
    throw ConfigError(key, to_text(t), problem_of_time(kind, domain, t), allowed_times(kind, domain),
                      std::string("Try --") + key + "=" + to_text(fallback) +
                          (domain.upper < infinity && t >= domain.upper && kind != ScheduleKind::ve
                               ? ", or process.kind = ou."
                               : "."));
}

void check_order(ScheduleKind kind, const Domain& domain, const ScheduleLimits& limits, double t_min,
                 double t_max) {
    if (t_min < t_max) return;
    const std::string allowed = allowed_times(kind, domain);
    if (limits.t_min)
        throw ConfigError(
            "process.t-min", to_text(t_min),
            "is not below t-max = " + to_text(t_max) + (limits.t_max ? "" : " (the default)"), allowed,
            "Try --process.t-min=" + to_text(domain.t_min < t_max ? domain.t_min : t_max / 2) + ".");
    throw ConfigError("process.t-max", to_text(t_max),
                      "is not above t-min = " + to_text(t_min) + " (the default)", allowed,
                      t_max > 0 ? "Try --process.t-min=" + to_text(t_max / 2) + "."
                                : "Try --process.t-max=" + to_text(domain.t_max) + ".");
}

}  // namespace

Schedule::Schedule(ScheduleKind kind, const ScheduleLimits& limits)
    : kind_(kind), geometric_(limits.sigma_min || limits.sigma_max) {
    refuse_unused("process.beta-min", limits.beta_min, kind, ScheduleKind::vp_linear);
    refuse_unused("process.beta-max", limits.beta_max, kind, ScheduleKind::vp_linear);
    refuse_unused("process.sigma-min", limits.sigma_min, kind, ScheduleKind::ve);
    refuse_unused("process.sigma-max", limits.sigma_max, kind, ScheduleKind::ve);
    beta_min_ = limits.beta_min.value_or(beta_min_);
    beta_max_ = limits.beta_max.value_or(beta_max_);
    check_betas(limits, beta_min_, beta_max_);
    if (geometric_) {
        check_sigmas(limits);
        sigma_min_ = *limits.sigma_min;
        sigma_max_ = *limits.sigma_max;
        log_ratio_ = std::log(sigma_max_ / sigma_min_);
    }

    const Domain domain = domain_of(kind, geometric_);
    t_min_.value = limits.t_min.value_or(domain.t_min);
    t_max_.value = limits.t_max.value_or(domain.t_max);
    check_time("process.t-min", kind, domain, t_min_.value, domain.t_min);
    check_time("process.t-max", kind, domain, t_max_.value, domain.t_max);
    check_order(kind, domain, limits, t_min_.value, t_max_.value);
    check_precision(limits);
}

void Schedule::check_precision(const ScheduleLimits& limits) const {
    const auto ordinary = [this](Time t) {
        const double signal = alpha(t) * alpha(t), noise = sigma2(t);
        return signal >= smallest_variance && noise >= smallest_variance && noise <= largest_variance;
    };
    const std::string problem = "leaves the range of double precision",
                      allowed = "times at which alpha^2 and sigma^2 are between 1e-150 and 1e150";
    const Domain domain = domain_of(kind_, geometric_);
    const bool early = ordinary(t_min_), late = ordinary(t_max_);
    if (early && late) return;
    if (limits.beta_max && !(early ? limits.t_max : limits.t_min))
        throw ConfigError("process.beta-max", to_text(beta_max_), problem, allowed,
                          "Try --process.beta-max=20.");
    if (!early)
        throw ConfigError("process.t-min", to_text(t_min_.value), problem, allowed,
                          "Try --process.t-min=" + to_text(domain.t_min) + ".");
    throw ConfigError("process.t-max", to_text(t_max_.value), problem, allowed,
                      "Try --process.t-max=" + to_text(domain.t_max) + ".");
}

}  // namespace kairos::dynamics
