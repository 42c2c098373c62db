// src/dynamics/exact_reverse.cpp: the exact reverse transition.
//
//   k ~ w_k(x_t),   x_s = keep x_t + pull mean_k + spread xi     along an eigenvector of S_k with eigenvalue
//   S keep = A Var(s)/Var(t),   spread^2 = Var(s) q2/Var(t),   Var(u) = alpha_u^2 S + sigma_u^2 pull =
//   alpha_s - keep alpha_t = alpha_s q2/Var(t)            since Var(t) = A^2 Var(s) + q2: no cancellation for
//   t near s
#include <algorithm>
#include <cmath>

#include "chosen_means.hpp"
#include "kairos/dynamics/transition.hpp"
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

// The first k with sum_{l <= k} w_l > u.
void ExactTransition::choose(const Posterior& posterior, const random::Stream& stream, TrajectoryId first,
                             StepId step, std::vector<int>& component) {
    constexpr Index lanes = 64;
    const Rows& weights = posterior.weights;
    const Index last = weights.rows() - 1;
    component.assign(static_cast<std::size_t>(weights.cols()), 0);
    if (last <= 0) return;
    for (Index j = 0; j < weights.cols(); j += lanes) {
        const Index n = std::min(lanes, weights.cols() - j);
        double u[lanes], sum[lanes] = {}, passed[lanes] = {};  // counted in doubles: one lane width for all
        random::fill_uniforms(stream, first + static_cast<std::uint64_t>(j), step,
                              {u, static_cast<std::size_t>(n)});
        for (Index k = 0; k < last; ++k) {
            const double* w = &weights(k, j);
            for (Index l = 0; l < n; ++l) {
                sum[l] += w[l];
                passed[l] += sum[l] <= u[l] ? 1.0 : 0.0;
            }
        }
        for (Index l = 0; l < n; ++l) {
            auto k = static_cast<Index>(passed[l]);
            while (k > 0 && weights(k, j + l) == 0.0) --k;  // weights that sum to less than 1 by rounding
            component[static_cast<std::size_t>(j + l)] = static_cast<int>(k);
        }
    }
}

void ExactTransition::reverse(States& states, const Posterior& posterior, const TimePoint& to,
                              const NoiseKeys& keys, StepId step) {
    const law::Mixture& mixture = law_->mixture;
    const Index count = states.count();
    choose(posterior, {keys.seed, keys.choice, keys.copy}, states.first, step, scratch_.chosen);
    draw_step_noise(keys, step, mixture.complement, states.first, states.x.rows(), count, scratch_.noise);

    isotropic_coefficients(posterior.time, to);
    if (isotropic_) {
        reverse_isotropic(states);
    } else if (mixture.shares_covariance()) {
        reverse_shared(states, posterior.time, to);
    } else {
        reverse_each(states, posterior.time, to);
    }
    radial_map(scratch_.keep, scratch_.spread, scratch_.noise, states.radius2);
}

// One value a trajectory: those of its component's isotropic part.
void ExactTransition::isotropic_coefficients(const TimePoint& from, const TimePoint& to) {
    const ReverseStep move(*schedule_, from, to);
    const auto count = static_cast<Index>(scratch_.chosen.size());
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
        const double s = variance_[scratch_.chosen[static_cast<std::size_t>(j)]];
        scratch_.keep[j] = move.keep(s);
        scratch_.pull[j] = move.pull(s);
        scratch_.spread[j] = move.spread(s);
    }
}

// x_s = keep x_t + pull mean_k + spread xi
void ExactTransition::reverse_isotropic(States& states) {
    const auto xi = scratch_.noise.xi();
    with_chosen_means(law_->mixture.means, scratch_.chosen,
                      [&](Index i, Index j, Index n, const double* mean) {
                          auto x = states.x.row(i).segment(j, n).array();
                          x = scratch_.keep.segment(j, n) * x +
                              scratch_.pull.segment(j, n) * Eigen::Map<const Lanes>(mean, n) +
                              scratch_.spread.segment(j, n) * xi.row(i).segment(j, n).array();
                      });
}

// x_s = alpha_s mean_k + keep(S) (x_t - alpha_t mean_k) + spread(S) xi
void ExactTransition::reverse_shared(States& states, const TimePoint& from, const TimePoint& to) {
    const law::Mixture& mixture = law_->mixture;
    const ReverseStep move(*schedule_, from, to);
    const auto add_means = [&](double factor) {
        with_chosen_means(mixture.means, scratch_.chosen, [&](Index i, Index j, Index n, const double* mean) {
            states.x.row(i).segment(j, n).array() += factor * Eigen::Map<const Lanes>(mean, n);
        });
    };
    add_means(-from.alpha);
    multiply_block(
        mixture.covariance(0), [&](double s) { return move.keep(s); }, scratch_.projections, states.x);
    add_block(
        mixture.covariance(0), [&](double s) { return move.spread(s); }, scratch_.noise.xi(),
        scratch_.projections, states.x);
    add_means(to.alpha);
}

// The same, one trajectory after the other, each with the covariance of its own component.
void ExactTransition::reverse_each(States& states, const TimePoint& from, const TimePoint& to) {
    const law::Mixture& mixture = law_->mixture;
    const ReverseStep move(*schedule_, from, to);
    for (Index j = 0; j < states.count(); ++j) {
        const int k = scratch_.chosen[static_cast<std::size_t>(j)];
        const auto mean = mixture.means.col(k).array();
        scratch_.column = states.x.col(j).array() - from.alpha * mean;
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
