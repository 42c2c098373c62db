// src/dynamics/covariance_product.hpp: the posterior covariance as a linear map, without forming it.
//
//   Cov(y|x) v = sigma^2 sum_k w_k S_k C_k^-1 v + (sigma^4/alpha^2) sum_k p_k (u_k - mean)
//   p_k        = w_k (u_k - mean) . v
//
// With `radial`, the direction of x_perp is one more coordinate, the last row of v: there u_k = -sqrt(R2)/v_k. Shapes: v and out r x m, or
// (r + 1) x m. Source: docs/theory.md, "Data laws".
#pragma once
#include "components.hpp"

namespace kairos::dynamics {

struct CovarianceTerms {
    const States* states;
    const Rows* weights;
    const Rows* mean;    // sum_k w_k u_k
    const Lanes* kappa;  // sum_k w_k/v_k
};

class CovarianceProduct {
public:
    void apply(Components& components, const CovarianceTerms& at, bool radial, const Rows& v, Rows& out);

private:
    // projections_k = w_k (u_k - mean) . v, total = their sum
    void weigh(const Components& components, const CovarianceTerms& at, bool radial, const Rows& v);
    void add_radial_row(const Components& components, const CovarianceTerms& at, const Rows& v, Rows& out);

    Rows explicit_v_, sum_, projections_;
    Lanes along_mean_, total_, radius_, lane_;
};

}  // namespace kairos::dynamics
