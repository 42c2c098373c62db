// include/kairos/dynamics/guidance.hpp: the score pulled towards one class, as classifier-free guidance does.
//
//   s_w(x, t) = s(x, t) + w (s_c(x, t) - s(x, t))      t in [from, to], elsewhere s
//   complement: -kappa_w x_perp,  kappa_w = kappa + w (kappa_c - kappa)
//
// w = 0 leaves the dynamics alone, w = 1 generates class c, w > 1 overshoots: the law of the paths is then no p_t of any data, and only
// integrators of the score can follow it. s_c comes from the law of the class alone, so that it keeps its digits where class c has
// no weight. Shapes: posterior.hpp. Errors: std::out_of_range where there is no such class.
// Source: docs/theory.md, "Guidance"; Ho and Salimans 2022; Kynkaanniemi et al. 2024 (the interval).
#pragma once
#include <memory>

#include "kairos/dynamics/posterior.hpp"

namespace kairos::dynamics {

struct Guidance {
    int class_index = 0;  // of the class level
    double weight = 0.0;  // dimensionless
    Time from{0.0}, to{0.0};
    [[nodiscard]] bool acts(Time t) const { return !(t < from) && !(to < t); }
};

class GuidedScore {
public:
    GuidedScore(const law::Law& law, const Guidance& guidance, const Numerics& numerics);

    // The posterior with the score (and radial rate) that guides at these states: itself where guidance does not act.
    [[nodiscard]] const Posterior& of(const States& states, const Posterior& posterior);

private:
    Guidance guidance_;
    std::unique_ptr<const law::Law> class_law_;  // the evaluator looks at it
    PosteriorEvaluator evaluator_;
    Posterior of_class_, guided_;
};

}  // namespace kairos::dynamics
