// include/kairos/dynamics/schedule.hpp: the noise schedule of the forward process.
//
//   x_t = alpha(t) y + sigma(t) z,   y ~ p_0 (data), z ~ N(0, I_d)
//   dx  = f(t) x dt + g(t) dB,       f = d ln(alpha)/dt,   g^2 = d(sigma^2)/dt - 2 f sigma^2
//   snr = alpha^2 / sigma^2,         d(log snr)/dt = -g^2 / sigma^2
//
//   ou             alpha = e^-t,  sigma^2 = 1 - e^-2t                     any t > 0
//   ve             alpha = 1,     sigma^2 = t                             any t > 0
//   ve, geometric  alpha = 1,     sigma = sigma_min (sigma_max/sigma_min)^t on [0, 1]
//   vp-linear      alpha = exp(-1/2 int beta),  beta from beta_min to beta_max, linear on (0, 1]
//   vp-cosine      alpha = cos(pi t/2),  sigma = sin(pi t/2)              0 < t < 1
//   edm            alpha = 1,     sigma = t                               any t > 0
//   flow-matching  alpha = 1 - t, sigma = t                               0 < t < 1
//
// Time    t grows from data (t_min) to noise (t_max); generation steps from t to s < t.
// Units   t: of the forward process; sigma: of the data; alpha, snr: pure numbers.
// Shapes  one t in, one number out; the schedule never sees d.
// Errors  the constructor throws ConfigError (exit code 2) for times outside the domain of the kind.
// Source  docs/theory.md, "Forward process"; Karras et al. 2022 for edm; Biroli et al. 2402.18491 for ou.
#pragma once
#include <optional>

#include "kairos/base/ids.hpp"

namespace kairos::dynamics {

enum class ScheduleKind { ou, ve, vp_linear, vp_cosine, edm, flow_matching };
[[nodiscard]] const char* name(ScheduleKind kind);  // as process.kind spells it: "vp-linear"

struct ScheduleLimits {
    std::optional<double> t_min{}, t_max{};          // absent: the default of the kind
    std::optional<double> beta_min{}, beta_max{};    // vp-linear: 0.1, 20
    std::optional<double> sigma_min{}, sigma_max{};  // ve: both or none
};

// Everything about one time, computed once and handed to whoever needs it.
struct TimePoint {
    Time t{};
    double alpha = 1, sigma2 = 1;      // mean factor and noise variance
    double drift = 0, diffusion2 = 1;  // f and g^2
    double log_snr = 0;
};

class Schedule {
public:
    Schedule(ScheduleKind kind, const ScheduleLimits& limits);
    [[nodiscard]] ScheduleKind kind() const { return kind_; }
    [[nodiscard]] bool is_geometric() const { return geometric_; }
    [[nodiscard]] Time t_min() const { return t_min_; }
    [[nodiscard]] Time t_max() const { return t_max_; }
    [[nodiscard]] double alpha(Time t) const;
    [[nodiscard]] double sigma2(Time t) const;
    [[nodiscard]] double drift(Time t) const;        // f
    [[nodiscard]] double diffusion2(Time t) const;   // g^2, in closed form
    [[nodiscard]] LogSnr log_snr(Time t) const;      // strictly decreasing in t
    [[nodiscard]] Time time_of(LogSnr value) const;  // inverse of log_snr, not clamped to [t_min, t_max]
    [[nodiscard]] TimePoint at(Time t) const;

    // Moments of x_t given x_s, s < t:  x_t = ratio x_s + sqrt(variance) xi,  ratio = alpha_t/alpha_s,
    // variance = sigma_t^2 - ratio^2 sigma_s^2, computed without cancellation for t near s.
    struct Bridge {
        double ratio = 1, variance = 0;
    };
    [[nodiscard]] Bridge bridge(Time s, Time t) const;

private:
    void check_precision(const ScheduleLimits& limits) const;
    [[nodiscard]] double integrated_beta(double t) const;  // vp-linear: int_0^t beta

    ScheduleKind kind_;
    Time t_min_{}, t_max_{};
    double beta_min_ = 0.1, beta_max_ = 20.0, sigma_min_ = 0.0, sigma_max_ = 0.0;
    double log_ratio_ = 0.0;  // log(sigma_max/sigma_min)
    bool geometric_ = false;
};

}  // namespace kairos::dynamics
