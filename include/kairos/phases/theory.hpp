// include/kairos/phases/theory.hpp: closed-form and quadrature curves that estimates are compared with.
//
// Two clusters (any schedule, any d), effective channel along m: q = m.x, mean +-alpha|m|^2, log odds
//   L(x) = log p(+|x)/p(-|x);   H(c|x_t) = E[h(L)], by one-dimensional quadrature over both classes
//   class_entropy, class_collision (phi), class_varentropy, class_entropy_variance (Var h_c),
//   class_entropy_rate = (g^2/2) E[ sum_c w_c |s_c - s|^2 ]
// Zero-mean components of unequal isotropic variance: the same, by quadrature over R2 = |x|^2 ~ v_k chi^2_d.
// One Gaussian: entropy_rate = (g^2/2)(alpha^2/sigma^4) tr Cov(y|x) (deterministic).
// Empirical law of n > 1 points of a population with within-class variance s^2: excess_entropy_ratio = H(j|x_t)/log n =
//   max(0, 1 + (1/(2a)) log( sigma^2/(sigma^2 + alpha^2 s^2) )), a = log(n)/d      (large d), and in other units
//   datum_entropy = H(j|x_t), excess_entropy = H(j|x_t)/d
//
// Names equal the observables they predict; an ensemble variance is NAME_variance. Units: nats, nats per time for rates.
// Errors: none; a curve that has no closed theory is absent. Absolute quadrature error below 1e-10 (relative 1e-8 for rates).
// Source: docs/theory.md, "Speciation", "Collapse"; Biroli et al. 2402.18491; Achilli et al. 2602.04404.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/law.hpp"

namespace kairos::phases {

// Values of every class curve at one time.
struct ClassTheory {
    double entropy, collision, varentropy, entropy_variance, entropy_rate;
};

// One-dimensional class theory of a law, as a function of time; empty where one dimension does not suffice.
using ClassTheoryOf = std::function<ClassTheory(const dynamics::TimePoint&)>;
[[nodiscard]] ClassTheoryOf class_theory(const law::Law& law);

// Every curve the theory has for this law on these times, by observable name.
[[nodiscard]] std::map<std::string, std::vector<double>> theory_curves(const law::Law& law,
                                                                       const dynamics::Schedule& schedule,
                                                                       const std::vector<Time>& times);

// H(y|x_t) (up to a constant) on these times where it is closed: one Gaussian, or class theory + Gaussian part; else empty.
[[nodiscard]] std::vector<double> closed_entropy(const law::Law& law, const dynamics::Schedule& schedule,
                                                 const std::vector<Time>& times);

}  // namespace kairos::phases
