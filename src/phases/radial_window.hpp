// src/phases/radial_window.hpp: the quadrature line of one component j in tau = log( R2/(v_j d) ).
//
//   density   p_j(tau) = a^a/Gamma(a) exp( -a (e^tau - tau) ),  a = d/2: peaked at 0 with width 1/sqrt(a)
//   logits    l_k - l_j = log(pi_k/pi_j) + a log(1 + delta_k) - a delta_k e^tau,   delta_k = v_j/v_k - 1
//
// Everything is relative to component j, so that nothing of size d cancels: a log(1 + delta) - a delta e^tau
// is summed as a (log(1 + delta) - delta) - a delta (e^tau - 1) where delta is small. A trapezoid in tau
// converges exponentially; its step resolves the width of the density and the nearest singularities of the
// posterior, which lie above the points where two leading components balance.
#pragma once
#include <span>
#include <vector>

#include "kairos/base/array.hpp"

namespace kairos::phases {

class RadialWindow {
public:
    // weights pi_k and variances s_k^2 of the data, variances at the time v_k = alpha2 s_k^2 + sigma2,
    // centred on component j
    RadialWindow(double half_dimension, std::span<const double> weights,
                 std::span<const double> data_variances, double alpha2, double sigma2, std::size_t j);

    [[nodiscard]] double left() const { return left_; }
    [[nodiscard]] double step() const { return step_; }
    [[nodiscard]] int nodes() const { return static_cast<int>((right_ - left_) / step_) + 1; }
    [[nodiscard]] double density(double tau) const;
    // l_k - l_j of every component
    void logits(double tau, std::span<double> out) const;
    [[nodiscard]] double delta(std::size_t k) const { return delta_[k]; }

private:
    void span_nearest_balance();
    void resolve_balances();
    [[nodiscard]] double balance(std::size_t k, std::size_t l) const;
    void set_logits();
    [[nodiscard]] bool leads_at(std::size_t k, double tau) const;
    [[nodiscard]] double energy(double tau) const;  // a (e^tau - 1 - tau)

    double a_, log_norm_, left_ = 0, right_ = 0, step_ = 0;
    std::size_t j_;
    std::vector<double> log_ratio_, delta_;  // log(pi_k/pi_j), v_j/v_k - 1
    std::vector<double> offset_,
        from_unity_;  // logit = offset - a delta (e^tau - from_unity), 1 for small delta, else 0
};

}  // namespace kairos::phases
