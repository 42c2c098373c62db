#include "kairos/dynamics/integrators.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <stdexcept>

namespace kairos::dynamics {
namespace {

// x <- stretch x + push s + noise xi;  the score of the complement is -kappa x_perp.
struct LinearStep {
    double stretch = 1.0, push = 0.0, noise = 0.0;
};

// x + (-f x + g^2 s) dt + g sqrt(dt) xi
LinearStep euler_maruyama(const TimePoint& from, double dt) {
    return {1.0 - from.drift * dt, from.diffusion2 * dt, std::sqrt(from.diffusion2 * dt)};
}

// x_s ~ N(alpha_s D + (A sigma_s^2/sigma_t^2)(x - alpha_t D), sigma_s^2 q2/sigma_t^2), D = E[y|x] = (x +
// sigma_t^2 s)/alpha_t. With q2 = sigma_t^2 - A^2 sigma_s^2 the mean is (x + q2 s)/A.
LinearStep exponential(const Schedule& schedule, const TimePoint& from, const TimePoint& to) {
    const Schedule::Bridge bridge = schedule.bridge(to.t, from.t);
    return {1.0 / bridge.ratio, bridge.variance / bridge.ratio,
            std::sqrt(to.sigma2 * bridge.variance / from.sigma2)};
}

void apply(const LinearStep& step, const Posterior& posterior, double complement, const StepNoise* noise,
           States& states, Lanes& p, Lanes& q) {
    states.x = step.stretch * states.x + step.push * posterior.score;
    if (noise != nullptr) {
        states.x += step.noise * noise->xi();
    }
    if (complement <= 0) {
        return;
    }
    p = step.stretch - step.push * posterior.radial_rate;
    if (noise != nullptr) {
        q.setConstant(states.count(), step.noise);
        radial_map(p, q, *noise, states.radius2);
    } else {
        states.radius2 *= p.square();
    }
}

double integrated_diffusion2(const Schedule& schedule, Time from, Time to) {
    return boost::math::quadrature::gauss<double, 5>::integrate(
        [&](double t) { return schedule.diffusion2(Time{t}); }, to.value, from.value);
}

}  // namespace

Integrator::Integrator(IntegratorKind kind, const law::Law& law, const Schedule& schedule,
                       const Numerics& numerics, const std::optional<Guidance>& guidance)
    : kind_(kind), law_(&law), schedule_(&schedule), exact_(law, schedule), evaluator_(law, numerics) {
    if (!guidance) return;
    if (kind == IntegratorKind::exact)
        throw std::invalid_argument("Integrator: exact transitions have no score to guide");
    guide_.emplace(law, *guidance, numerics);
    if (kind == IntegratorKind::heun || kind == IntegratorKind::ode_heun)
        guide_at_predicted_.emplace(law, *guidance, numerics);
}

Request Integrator::request(const NoiseKeys& keys, StepId step) const {
    if (kind_ != IntegratorKind::exact) return {.score = true};
    return {.draw = Draw{{keys.seed, keys.choice, keys.copy}, step}};
}

void Integrator::step(States& states, const Posterior& posterior, const TimePoint& to, const NoiseKeys& keys,
                      StepId step) {
    if (kind_ == IntegratorKind::exact) {
        exact_.reverse(states, posterior, to, keys, step);
        return;
    }
    const Posterior& start = guided(states, posterior);
    const double complement = law_->mixture.complement;
    if (kind_ != IntegratorKind::ode_heun) {
        draw_step_noise(keys, step, complement, states.first, states.x.rows(), states.count(), noise_);
    }
    switch (kind_) {
        case IntegratorKind::euler_maruyama:
            apply(euler_maruyama(start.time, start.time.t.value - to.t.value), start, complement, &noise_,
                  states, p_, q_);
            break;
        case IntegratorKind::exponential:
            apply(exponential(*schedule_, start.time, to), start, complement, &noise_, states, p_, q_);
            break;
        default:
            heun(states, start, to, kind_ == IntegratorKind::heun);
    }
}

// b(x, t) = -f x + h s with h = g^2 (SDE) or g^2/2 (ODE), in the direction of generation;
//   x~ = x + b(x, t) dt + G xi,   x <- x + (b(x, t) + b(x~, s)) dt/2 + G xi,   G^2 = int g^2 dt (ODE: 0), one
//   xi for both.
// In the complement b = B x_perp with B = -f - h kappa:  p = 1 + (B_t + B_s (1 + B_t dt)) dt/2,  q = G (1 +
// B_s dt/2).
void Integrator::heun(States& states, const Posterior& start, const TimePoint& to, bool noisy) {
    const TimePoint& from = start.time;
    const double dt = from.t.value - to.t.value, share = noisy ? 1.0 : 0.5;
    const double G = noisy ? std::sqrt(integrated_diffusion2(*schedule_, from.t, to.t)) : 0.0;
    const double h_from = share * from.diffusion2, h_to = share * to.diffusion2;
    const double complement = law_->mixture.complement;
    const StepNoise* const noise = noisy ? &noise_ : nullptr;

    predicted_ = states;
    apply({1.0 - from.drift * dt, h_from * dt, G}, start, complement, noise, predicted_, p_, q_);
    evaluator_.evaluate(predicted_, to, {.score = true}, at_predicted_);
    const Posterior& end =
        guide_at_predicted_ ? guide_at_predicted_->of(predicted_, at_predicted_) : at_predicted_;

    states.x = (1.0 - 0.5 * dt * from.drift) * states.x + (0.5 * dt * h_from) * start.score -
               (0.5 * dt * to.drift) * predicted_.x + (0.5 * dt * h_to) * end.score;
    if (noisy) {
        states.x += G * noise_.xi();
    }
    if (complement <= 0) {
        return;
    }
    const Lanes rate = -to.drift - h_to * end.radial_rate;
    p_ = -from.drift - h_from * start.radial_rate;
    p_ = 1.0 + 0.5 * dt * (p_ + rate * (1.0 + dt * p_));
    if (noisy) {
        q_ = G * (1.0 + 0.5 * dt * rate);
        radial_map(p_, q_, noise_, states.radius2);
    } else {
        states.radius2 *= p_.square();
    }
}

}  // namespace kairos::dynamics
