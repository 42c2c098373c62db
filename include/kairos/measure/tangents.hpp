// include/kairos/measure/tangents.hpp: finite-time Lyapunov exponents of reverse paths, by tangent vectors that ride along.
//
//   v <- v + J_b v dt,   J_b v = -f v + g^2 ( -v/sigma^2 + (alpha^2/sigma^4) Cov(y|x) v ),    re-orthonormalised after every step
//   exponent_i(t) = log growth of direction i from t_max down to t, over t_max - t        (NaN at t_max)
//
// The noise is additive, so neighbouring paths share it and J_b alone moves their difference. Tangents start as the orthonormal
// basis of the span of the means, leading principal direction first, then random ones orthogonal to it. In reduced
// coordinates with one isotropic variance the complement decouples: tangents beyond the explicit coordinates lie in it and grow
// by -f - c g^2 radial_rate. Time: generation, t decreasing. Shapes: exponents k x m. Units: 1/time.
// Errors: ConfigError (observe.tangents) for more tangents than dimensions, or for a reduced law of unequal variances.
// Source: docs/theory.md, "Stability"; Benettin et al. 1980.
#pragma once
#include <vector>

#include "kairos/dynamics/posterior.hpp"

namespace kairos::measure {

class Tangents {
public:
    // score_share: c in J = -f I + c g^2 grad s; 1 of the SDE, 1/2 of the probability flow.
    Tangents(const law::Law& law, int count, double score_share = 1.0);
    void begin(Index lanes);
    // posterior: evaluated with score at `states`, before the step to `to`.
    void step(const dynamics::PosteriorEvaluator& evaluator, const dynamics::States& states,
              const dynamics::Posterior& posterior, const dynamics::TimePoint& to);
    // Into exponents(): log growth over the time passed since t_max.
    void read(double passed);
    [[nodiscard]] const Rows& exponents() const { return exponents_; }

private:
    void orthonormalise();

    Index explicit_count_, total_;
    double score_share_;
    Matrix basis_;               // r x explicit_count: where tangents start
    std::vector<Rows> vectors_;  // explicit_count of r x m
    Rows moved_, growth_, exponents_;
};

}  // namespace kairos::measure
