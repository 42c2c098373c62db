// include/kairos/dynamics/integrators.hpp: one approximate step of the reverse SDE or of the probability-flow ODE, from t to s < t, dt = t - s.
//
//   SDE   x <- x + [ -f x + g^2 s(x,t) ] dt + g sqrt(dt) xi            ODE   dx/dt = f x - (g^2/2) s(x,t)
//   euler-maruyama   as it stands (weak order 1)
//   exponential      E[y|x] frozen over the step, the remaining linear SDE solved exactly (the ancestral step of DDPM)
//   heun             predictor by euler-maruyama, drift averaged over both ends, noise variance int g^2 dt; weak order 2
//   ode-heun         Heun's method on the ODE (order 2, no noise)
//
// int g^2 dt is taken by five-point Gauss-Legendre quadrature over the step (error O(dt^11)).
// The posterior at (states, t) is handed in; heun and ode-heun evaluate one more at the predicted states.
// Under guidance every score is the guided one (guidance.hpp); exact has no score to guide and throws std::invalid_argument.
// The complement follows the same linear map lane by lane (transition.hpp).
// Source: docs/theory.md, "Dynamics"; Kloeden and Platen 1992; Ho et al. 2020 (exponential); Karras et al. 2022 (ode-heun).
#pragma once
#include <optional>

#include "kairos/dynamics/guidance.hpp"
#include "kairos/dynamics/posterior.hpp"
#include "kairos/dynamics/transition.hpp"

namespace kairos::dynamics {

enum class IntegratorKind { exact, euler_maruyama, exponential, heun, ode_heun };

class Integrator {
public:
    Integrator(IntegratorKind kind, const law::Law& law, const Schedule& schedule,
               const Numerics& numerics = {}, const std::optional<Guidance>& guidance = {});
    [[nodiscard]] IntegratorKind kind() const { return kind_; }
    // What the step of that number needs of the posterior at its start.
    [[nodiscard]] Request request(const NoiseKeys& keys, StepId step) const;
    // One step; exact goes to ExactTransition::reverse.
    void step(States& states, const Posterior& posterior, const TimePoint& to, const NoiseKeys& keys,
              StepId step);

private:
    [[nodiscard]] const Posterior& guided(const States& states, const Posterior& posterior) {
        return guide_ ? guide_->of(states, posterior) : posterior;
    }
    void heun(States& states, const Posterior& start, const TimePoint& to, bool noisy);

    IntegratorKind kind_;
    const law::Law* law_;
    const Schedule* schedule_;
    ExactTransition exact_;
    PosteriorEvaluator evaluator_;
    std::optional<GuidedScore> guide_, guide_at_predicted_;  // of both stages
    States predicted_;
    Posterior at_predicted_;
    StepNoise noise_;
    Lanes p_, q_;  // the map of the complement: x_perp <- p x_perp + q xi
};

}  // namespace kairos::dynamics
