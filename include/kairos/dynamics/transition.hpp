// include/kairos/dynamics/transition.hpp: exact draws: start of an ensemble, forward step, reverse step. No step-size error.
//
//   forward   x_t = A x_s + sqrt(q2) xi,   A = alpha_t/alpha_s,   q2 = sigma_t^2 - A^2 sigma_s^2
//   reverse   k ~ w_k(x_t), then along an eigenvector of S_k with eigenvalue S:  Var(u) = alpha_u^2 S + sigma_u^2,
//             x_s ~ N( alpha_s mean_k + (A Var(s)/Var(t)) (x_t - alpha_t mean_k),  Var(s) q2/Var(t) )
//   complement: a linear map p x_perp + q xi changes R2 to (p sqrt(R2) + q z)^2 + q^2 chi^2_{c-1}
//
// Time: `reverse` goes from t to s < t (generation), `forward` from s to t > s. All noise comes from the streams of NoiseKeys and
// the step number: normals of components 0 .. r-1 for the explicit coordinates and of component r for z. Starts use start_component,
// start_datum and copy 0 of start_radial for y, start_noise and copy 1 of start_radial for z.
//
// Shapes: blocks of m trajectories (states.hpp). Units: data. Errors: none. A trajectory's bits do not depend on the block it is in.
// Source: docs/theory.md, "Exact simulation".
#pragma once
#include <functional>
#include <vector>

#include "kairos/dynamics/posterior.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/dynamics/states.hpp"
#include "kairos/law/law.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::dynamics {

// Which streams a family of paths draws from: the ensemble's own, or those of clones.
struct NoiseKeys {
    std::uint64_t seed = 0;
    random::Purpose step = random::Purpose::transition, choice = random::Purpose::choice,
                    radial = random::Purpose::radial, end = random::Purpose::end_class;
    std::uint8_t copy = 0;
};

// The clean data behind forward and marginal ensembles. With an exposed coordinate (law::expose_one) it is the direction of y_perp.
struct CleanData {
    TrajectoryId first{};        // of the block
    Rows y;                      // r x m
    Lanes radius2;               // |y_perp|^2 in the complement
    std::vector<int> component;  // [m] index into the mixture's components
};

// Noise of one step of a block: normals xi [r x m] and, where there is a complement, z [m] and chi2 [m] (c - 1 degrees of freedom).
// z is the normal of component r, drawn with xi in one call: with r = 1 both come from one pair.
struct StepNoise {
    Rows normals;           // r x m; with a complement (r + 1) x m, the last row z
    Lanes chi2;             // [m], zeros for c <= 1; empty without a complement
    Index coordinates = 0;  // r

    [[nodiscard]] auto xi() const { return normals.topRows(coordinates); }
    [[nodiscard]] auto z() const { return normals.row(coordinates).array(); }
};
void draw_step_noise(const NoiseKeys& keys, StepId step, double complement, TrajectoryId first, Index rows,
                     Index count, StepNoise& noise);
// R2 of p x_perp + q xi, lane by lane; zeros where the noise was drawn without a complement.
void radial_map(const Lanes& p, const Lanes& q, const StepNoise& noise, Lanes& radius2);

class ExactTransition {
public:
    // exposed: the last explicit coordinate is the direction of y_perp (law::expose_one): y there is sqrt(chi^2), not Gaussian.
    ExactTransition(const law::Law& law, const Schedule& schedule, bool exposed = false);

    // y ~ p_0; `draw` numbers independent draws of one trajectory (the time index of a marginal ensemble, else 0).
    void draw_clean(std::uint64_t seed, StepId draw, TrajectoryId first, Index count, CleanData& clean) const;
    // z of a draw
    void draw_start_noise(std::uint64_t seed, StepId draw, const CleanData& clean, StepNoise& noise) const;
    // x_t = alpha y + sigma z
    void noised(const CleanData& clean, const StepNoise& noise, const TimePoint& time, States& states) const;
    // the same with the z of this draw
    void noised(const CleanData& clean, const TimePoint& time, std::uint64_t seed, StepId draw,
                States& states) const;
    // x ~ N(0, sigma^2 I) at time (start = prior)
    void prior(const TimePoint& time, std::uint64_t seed, TrajectoryId first, Index count,
               States& states) const;

    void forward(States& states, const TimePoint& from, const TimePoint& to, const NoiseKeys& keys,
                 StepId step);
    // posterior: evaluated at `states` and time t, with a component chosen for every state
    void reverse(States& states, const Posterior& posterior, const TimePoint& to, const NoiseKeys& keys,
                 StepId step);

private:
    // Memory of the last call, reused by the next: one object serves one thread.
    struct Scratch {
        StepNoise noise;
        Lanes keep, pull, spread;  // x_s = keep x_t + pull mean + spread xi along the isotropic part
        Rows projections, pulls;
        Eigen::ArrayXd column, shock, overlaps;
    };
    void scale_by_root(CleanData& clean) const;
    // x <- keep x + spread xi; then(first row, rows) follows on each few coordinates while they are in cache.
    void noisy_step(States& states, const NoiseKeys& keys, StepId step,
                    const std::function<void(Index, Index)>& then);
    void isotropic_coefficients(const Posterior& posterior, const TimePoint& to);
    void reverse_isotropic(States& states, const Posterior& posterior, const NoiseKeys& keys, StepId step);
    void reverse_shared(States& states, const Posterior& posterior, const TimePoint& to);
    void reverse_each(States& states, const Posterior& posterior, const TimePoint& to);

    const law::Law* law_;
    const Schedule* schedule_;
    bool exposed_;
    bool isotropic_;     // every component is
    Vector cumulative_;  // [K] of the prior weights
    Vector variance_;    // [K], or one if shared: isotropic part of S_k
    mutable Scratch scratch_;
};

}  // namespace kairos::dynamics
