// src/phases/radial_theory.hpp: class theory of zero-mean isotropic components that differ in variance alone,
// any K and d.
//
//   v_k = alpha^2 s_k^2 + sigma^2,   R2 = |x|^2 ~ v_k chi^2_d under component k
//   log w_k = log pi_k - (d/2) log v_k - R2/(2 v_k) + const,   s_k = -x/v_k
//   sum_c w_c |s_c - s|^2 = R2 sum_c w_c (kappa_c - kappa)^2,  kappa_c = sum_{k in c} w_k/(v_k w_c),  kappa =
//   sum_c w_c kappa_c
//
// Source: docs/theory.md, "Speciation"; Achilli et al. 2602.04404.
#pragma once
#include <optional>
#include <vector>

#include "kairos/law/mixture.hpp"
#include "kairos/phases/theory.hpp"

namespace kairos::phases {

class RadialTheory {
public:
    // Nothing where the components have means, are not isotropic, or have no classes.
    [[nodiscard]] static std::optional<RadialTheory> of(const law::Mixture& mixture);
    [[nodiscard]] ClassTheory operator()(const dynamics::TimePoint& at) const;

private:
    double half_dimension_ = 0;                // a = d/2
    std::vector<double> weights_, variances_;  // pi_k, s_k^2
    std::vector<int> class_of_;
    int classes_ = 0;
};

}  // namespace kairos::phases
