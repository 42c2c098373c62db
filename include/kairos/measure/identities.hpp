// include/kairos/measure/identities.hpp: what a run checks about itself, one row of a table each.
//
// An identity E[value] = E[expected] holds trajectory by trajectory in expectation: both sides are evaluated
// on the same states, the moments of value - expected give the error, so no independence between the sides is
// needed.
//
//   stein            E[x.s] = -d
//   score_mean       E[s.u] = 0, u = m/|m| or a fixed random unit vector
//   divergence_norm  E[div s] = -E|s|^2
//   rate_divergence  (a) = (c)
//   rate_score       (b) = (c)
//   rate_derivative  int r dt between times = H(y|x_t) - H(y|x_s)    entry i: the interval that ends at t_i
//   tower            E[p(c|x_t)] = weight of c
//   chain_rule       H(j|x) = H(c|x) + H(j|x,c) for labelled data, state by state
//   total_variance   Var(i) = Var(h) + E[v] for the class (datum) surprisal
//   fluctuation      E[e^-D] = 1 where the variance of e^-D is finite and small enough, NaN elsewhere
//
// z = (value - expected)/stderr; 0 where both agree to 1e-9 relative. Source: docs/theory.md, "Identities".
#pragma once
#include <optional>
#include <span>
#include <string>

#include "kairos/measure/moments.hpp"
#include "kairos/measure/observables.hpp"

namespace kairos::measure {

struct Identity {
    std::string name, definition;
    dynamics::Request request;
    Axis axis;  // none or classes
    bool path_integral;
    const char* (*missing)(const Setting&);
    // value and expected, columns x m each. increments: both are potentials growing with t, of which the
    // ensemble takes the differences between neighbouring observation times. whole_path: value is the running
    // potential of entropy production, of which the ensemble subtracts that of t_min and takes e^-D.
    void (*evaluate)(const Sight& sight, Eigen::Ref<Rows> value, Eigen::Ref<Rows> expected);
    bool increments = false, whole_path = false;
    // Where not null: a 1 x m quantity whose squared ensemble mean is subtracted from both sides before they
    // are reported (second moments become variances).
    void (*centre)(const Sight& sight, Eigen::Ref<Rows> out) = nullptr;
    // The value is a probability and expected its known mean: see KnownErrors::share.
    bool share = false;
    // Where not null: the variance of value - expected given the state, 1 x m. Its average is the variance of
    // the difference, known from every state even where the difference hangs on events too rare to be seen.
    void (*noise)(const Sight& sight, Eigen::Ref<Rows> out) = nullptr;
};

[[nodiscard]] std::span<const Identity> identity_table();

// The quadrature error of an interval between neighbouring times is known from the curvature at its ends: of intervals narrower than this in
// log snr (what decides between classes rises and falls within a few units of it), among at least so many times.
inline constexpr double widest_interval = 1.5;
inline constexpr std::size_t fewest_times = 5;
// Whether there is such an interval among ascending times.
[[nodiscard]] bool judges_increments(std::span<const double> log_snr);

struct IdentityValue {
    double value, standard_error, expected, z;
};

// Whether E[e^-D] over [t_min, t] can be told from `trajectories` paths: its variance is finite (every
// direction of every component keeps a positive definite quadratic form) and the bound E[e^-2D] <= sum_k
// weight_k E_k[e^-2D_k] is below trajectories/100, D_k the entropy production of component k alone. Always at
// t = t_min; never elsewhere where f/g^2 depends on time (flow-matching).
[[nodiscard]] bool fluctuation_reportable(const law::Mixture& mixture, const dynamics::TimePoint& t_min,
                                          const dynamics::TimePoint& t, double trajectories);

// From the moments of `value` and of `value - expected`.
//
//   stderr^2 = variance/n + (max |value - expected|/n)^2 + extra^2
//
// variance: of the difference, or `noise` where that is known; the second term is the resolution of n
// trajectories, which cannot tell how likely an event is that one of them saw; extra: an error known
// otherwise (quadrature).
//
// share: value is a probability p of mean q, expected. Where it hangs on few trajectories (p near 1 for those of one class, near 0 for the
// others) its variance goes with their number, and the spread of a sample that by chance has few of them is too small: the variance is
// then that at the mean which is expected, the sample's times max(1, q/mean p, (1 - q)/(1 - mean p)). z and stderr are NaN, not judged, where
// no normal law holds: with fewer than 15 trajectories expected on either side, n q or n (1 - q), or where fewer than 25 carry the spread,
// n/(kurtosis - 1), so that it is known to worse than 20 %.
struct KnownErrors {
    double extra = 0.0;
    std::optional<double> noise = {};
    bool share = false;
    double centre = 0.0;  // subtracted from value and expected, before they are judged
};
[[nodiscard]] IdentityValue judge(const Moments& value, const Moments& difference,
                                  const KnownErrors& known = {});

}  // namespace kairos::measure
