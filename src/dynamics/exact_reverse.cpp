// src/dynamics/exact_reverse.cpp: the exact reverse transition.
//
//   k ~ w_k(x_t) (Posterior::chosen)
//   x_s      = keep x_t + pull mean_k + spread xi      along an eigenvector of S_k with eigenvalue S
//   keep     = A Var(s)/Var(t),   Var(u) = alpha_u^2 S + sigma_u^2
//   spread^2 = Var(s) q2/Var(t)
//   pull     = alpha_s - keep alpha_t = alpha_s q2/Var(t)      since Var(t) = A^2 Var(s) + q2: no cancellation for t near s
#include <cassert>
#include <cmath>

#include "chosen_means.hpp"
#include "kairos/dynamics/transition.hpp"
#include "products.hpp"
#include "spectral_map.hpp"

namespace kairos::dynamics {
namespace {

// Coefficients of the step as functions of the eigenvalue S.
class ReverseStep {
public:
    ReverseStep(const Schedule& schedule, const TimePoint& from, const TimePoint& to)
        : bridge_(schedule.bridge(to.t, from.t)), from_(from), to_(to) {}

    [[nodiscard]] double keep(double s) const {
        return bridge_.ratio * variance(to_, s) / variance(from_, s);
    }
    [[nodiscard]] double pull(double s) const { return to_.alpha * bridge_.variance / variance(from_, s); }
    [[nodiscard]] double spread(double s) const {
        return std::sqrt(bridge_.variance * (variance(to_, s) / variance(from_, s)));
    }

private:
    [[nodiscard]] static double variance(const TimePoint& u, double s) {
        return u.alpha * u.alpha * s + u.sigma2;
    }

    Schedule::Bridge bridge_;
    const TimePoint& from_;
    const TimePoint& to_;
};

}  // namespace

void ExactTransition::reverse(States& states, const Posterior& posterior, const TimePoint& to,
                              const NoiseKeys& keys, StepId step) {
    const law::Mixture& mixture = law_->mixture;
    const Index count = states.count();
    assert(static_cast<Index>(posterior.chosen.size()) == count);
    isotropic_coefficients(posterior, to);
    if (isotropic_) {
        reverse_isotropic(states, posterior, keys, step);
    } else {
        draw_step_noise(keys, step, mixture.complement, states.first, states.x.rows(), count, scratch_.noise);
        if (mixture.shares_covariance()) {
            reverse_shared(states, posterior, to);
        } else {
            reverse_each(states, posterior, to);
        }
    }
    radial_map(scratch_.keep, scratch_.spread, scratch_.noise, states.radius2);
}

// One value a trajectory: those of its component's isotropic part.
void ExactTransition::isotropic_coefficients(const Posterior& posterior, const TimePoint& to) {
    const ReverseStep move(*schedule_, posterior.time, to);
    const auto count = static_cast<Index>(posterior.chosen.size());
    if (variance_.size() == 1) {
        scratch_.keep.setConstant(count, move.keep(variance_[0]));
        scratch_.pull.setConstant(count, move.pull(variance_[0]));
        scratch_.spread.setConstant(count, move.spread(variance_[0]));
        return;
    }
    scratch_.keep.resize(count);
    scratch_.pull.resize(count);
    scratch_.spread.resize(count);
    for (Index j = 0; j < count; ++j) {
        const double s = variance_[posterior.chosen[static_cast<std::size_t>(j)]];
        scratch_.keep[j] = move.keep(s);
        scratch_.pull[j] = move.pull(s);
        scratch_.spread[j] = move.spread(s);
    }
}

// x_s = keep x_t + spread xi + pull mean_k
void ExactTransition::reverse_isotropic(States& states, const Posterior& posterior, const NoiseKeys& keys,
                                        StepId step) {
    const auto& means = law_->mixture.means;
    if (few_terms(means.rows(), means.cols())) {
        Rows& pulls = scratch_.pulls;  // of each component on each state: 0 but for the one that was drawn
        pulls.setZero(means.cols(), states.count());
        for (Index j = 0; j < states.count(); ++j)
            pulls(posterior.chosen[static_cast<std::size_t>(j)], j) = scratch_.pull[j];
        noisy_step(states, keys, step, [&](Index from, Index rows) {
            add_few(1.0, means.middleRows(from, rows), pulls, states.x.middleRows(from, rows));
        });
        return;
    }
    noisy_step(states, keys, step, [](Index, Index) {});
    with_chosen_means(means, posterior.chosen, [&](Index i, Index j, Index n, const double* mean) {
        states.x.row(i).segment(j, n).array() +=
            scratch_.pull.segment(j, n) * Eigen::Map<const Lanes>(mean, n);
    });
}

// x_s = alpha_s mean_k + keep(S) (x_t - alpha_t mean_k) + spread(S) xi
void ExactTransition::reverse_shared(States& states, const Posterior& posterior, const TimePoint& to) {
    const law::Mixture& mixture = law_->mixture;
    const ReverseStep move(*schedule_, posterior.time, to);
    const auto add_means = [&](double factor) {
        with_chosen_means(
            mixture.means, posterior.chosen, [&](Index i, Index j, Index n, const double* mean) {
                states.x.row(i).segment(j, n).array() += factor * Eigen::Map<const Lanes>(mean, n);
            });
    };
    add_means(-posterior.time.alpha);
    multiply_block(
        mixture.covariance(0), [&](double s) { return move.keep(s); }, scratch_.projections, states.x);
    add_block(
        mixture.covariance(0), [&](double s) { return move.spread(s); }, scratch_.noise.xi(),
        scratch_.projections, states.x);
    add_means(to.alpha);
}

// The same, one trajectory after the other, each with the covariance of its own component.
void ExactTransition::reverse_each(States& states, const Posterior& posterior, const TimePoint& to) {
    const law::Mixture& mixture = law_->mixture;
    const ReverseStep move(*schedule_, posterior.time, to);
    for (Index j = 0; j < states.count(); ++j) {
        const int k = posterior.chosen[static_cast<std::size_t>(j)];
        const auto mean = mixture.means.col(k).array();
        scratch_.column = states.x.col(j).array() - posterior.time.alpha * mean;
        scratch_.shock = scratch_.noise.xi().col(j).array();
        multiply_column(
            mixture.covariance(k), [&](double s) { return move.keep(s); }, scratch_.overlaps,
            scratch_.column);
        multiply_column(
            mixture.covariance(k), [&](double s) { return move.spread(s); }, scratch_.overlaps,
            scratch_.shock);
        states.x.col(j) = (to.alpha * mean + scratch_.column + scratch_.shock).matrix();
    }
}

}  // namespace kairos::dynamics
