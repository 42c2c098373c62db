// src/dynamics/transition.cpp: noise of a step, starts and forward steps; exact_reverse.cpp holds the reverse
// step.
#include "kairos/dynamics/transition.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "chosen_means.hpp"
#include "lane_columns.hpp"
#include "spectral_map.hpp"

namespace kairos::dynamics {
namespace {

using random::Purpose;
using random::Stream;

std::span<double> span_over(Lanes& lanes) { return {lanes.data(), static_cast<std::size_t>(lanes.size())}; }

// Coordinates from .. from + rows - 1, and what the complement needs.
void draw_noise(const Stream& normals, const Stream& radial, StepId step, double complement,
                TrajectoryId first, Index from, Index rows, Index count, StepNoise& noise) {
    noise.coordinates = rows;
    noise.normals.resize(rows + (complement > 0 ? 1 : 0), count);
    random::fill_normals(normals, first, step, static_cast<std::uint32_t>(from), noise.normals);
    noise.chi2.resize(complement > 0 ? count : 0);
    if (complement > 1) {
        random::fill_chi_squared(radial, first, step, complement - 1, span_over(noise.chi2));
    } else {
        noise.chi2.setZero();
    }
}

// The copies of start_radial: |y_perp|^2, and the part of |z_perp|^2 across y_perp.
constexpr std::uint8_t of_datum = 0, of_noise = 1;

void draw_start(std::uint64_t seed, StepId draw, double complement, TrajectoryId first, Index rows,
                Index count, StepNoise& noise) {
    draw_noise({seed, Purpose::start_noise}, {seed, Purpose::start_radial, of_noise}, draw, complement, first,
               0, rows, count, noise);
}

}  // namespace

void draw_step_noise(const NoiseKeys& keys, StepId step, double complement, TrajectoryId first, Index rows,
                     Index count, StepNoise& noise) {
    draw_noise({keys.seed, keys.step, keys.copy}, {keys.seed, keys.radial, keys.copy}, step, complement,
               first, 0, rows, count, noise);
}

// R2 <- (p sqrt(R2) + q z)^2 + q^2 chi^2_{c-1}
void radial_map(const Lanes& p, const Lanes& q, const StepNoise& noise, Lanes& radius2) {
    if (noise.chi2.size() == 0) {
        radius2.setZero(p.size());
        return;
    }
    radius2 = (p * radius2.sqrt() + q * noise.z()).square() + q.square() * noise.chi2;
}

ExactTransition::ExactTransition(const law::Law& law, const Schedule& schedule, bool exposed)
    : law_(&law), schedule_(&schedule), exposed_(exposed) {
    const law::Mixture& mixture = law.mixture;
    isotropic_ = std::all_of(mixture.covariances.begin(), mixture.covariances.end(),
                             [](const law::Covariance& s) { return s.is_isotropic(); });
    cumulative_.resize(mixture.weights.size());
    std::partial_sum(mixture.weights.begin(), mixture.weights.end(), cumulative_.begin());
    variance_.resize(static_cast<Index>(mixture.covariances.size()));
    std::transform(mixture.covariances.begin(), mixture.covariances.end(), variance_.begin(),
                   [](const law::Covariance& s) { return s.isotropic; });
}

void ExactTransition::draw_clean(std::uint64_t seed, StepId draw, TrajectoryId first, Index count,
                                 CleanData& clean) const {
    const law::Mixture& mixture = law_->mixture;
    const Index rows = mixture.coordinates();
    clean.first = first;
    clean.y.resize(rows, count);
    clean.radius2.resize(count);
    clean.component.assign(static_cast<std::size_t>(count), 0);
    if (mixture.components() > 1) {  // radius2 lends its memory to the uniforms
        random::fill_uniforms({seed, Purpose::start_component}, first, draw, span_over(clean.radius2));
        std::transform(clean.radius2.begin(), clean.radius2.end(), clean.component.begin(), [&](double u) {
            return static_cast<int>(std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, u) -
                                    cumulative_.begin());
        });
    }

    // y = mean_k + S_k^{1/2} xi
    if (rows > 0) random::fill_normals({seed, Purpose::start_datum}, first, draw, 0, clean.y);
    scale_by_root(clean);
    with_chosen_means(mixture.means, clean.component, [&](Index i, Index j, Index n, const double* mean) {
        clean.y.row(i).segment(j, n).array() += Eigen::Map<const Lanes>(mean, n);
    });

    // |y_perp|^2 = s_k^2 chi^2_c; the exposed coordinate lies along y_perp and takes all of it
    const double degrees = mixture.complement + (exposed_ ? 1 : 0);
    if (degrees > 0) {
        random::fill_chi_squared({seed, Purpose::start_radial, of_datum}, first, draw, degrees,
                                 span_over(clean.radius2));
        for (Index j = 0; j < count; ++j)
            clean.radius2[j] *= mixture.covariance(clean.component[static_cast<std::size_t>(j)]).isotropic;
    }
    if (exposed_) clean.y.row(rows - 1) = clean.radius2.sqrt().matrix();
    if (exposed_ || degrees <= 0) clean.radius2.setZero();
}

// y <- S_k^{1/2} y
void ExactTransition::scale_by_root(CleanData& clean) const {
    const law::Mixture& mixture = law_->mixture;
    const auto root = [](double eigenvalue) { return std::sqrt(std::max(eigenvalue, 0.0)); };
    if (mixture.shares_covariance()) {
        multiply_block(mixture.covariance(0), root, scratch_.projections, clean.y);
        return;
    }
    if (isotropic_) {
        scratch_.spread.resize(clean.y.cols());
        for (Index j = 0; j < clean.y.cols(); ++j)
            scratch_.spread[j] = root(variance_[clean.component[static_cast<std::size_t>(j)]]);
        for (Index i = 0; i < clean.y.rows(); ++i) clean.y.row(i).array() *= scratch_.spread;
        return;
    }
    for (Index j = 0; j < clean.y.cols(); ++j) {
        scratch_.column = clean.y.col(j).array();
        multiply_column(mixture.covariance(clean.component[static_cast<std::size_t>(j)]), root,
                        scratch_.overlaps, scratch_.column);
        clean.y.col(j) = scratch_.column.matrix();
    }
}

void ExactTransition::draw_start_noise(std::uint64_t seed, StepId draw, const CleanData& clean,
                                       StepNoise& noise) const {
    draw_start(seed, draw, law_->mixture.complement, clean.first, clean.y.rows(), clean.y.cols(), noise);
}

// x = alpha y + sigma z
void ExactTransition::noised(const CleanData& clean, const StepNoise& noise, const TimePoint& time,
                             States& states) const {
    const Index count = clean.y.cols();
    states.first = clean.first;
    const double sigma = std::sqrt(time.sigma2);
    states.x = time.alpha * clean.y + sigma * noise.xi();
    states.radius2 = clean.radius2;
    scratch_.keep.setConstant(count, time.alpha);
    scratch_.spread.setConstant(count, sigma);
    radial_map(scratch_.keep, scratch_.spread, noise, states.radius2);
}

void ExactTransition::noised(const CleanData& clean, const TimePoint& time, std::uint64_t seed, StepId draw,
                             States& states) const {
    draw_start_noise(seed, draw, clean, scratch_.noise);
    noised(clean, scratch_.noise, time, states);
}

// x = sigma z
void ExactTransition::prior(const TimePoint& time, std::uint64_t seed, TrajectoryId first, Index count,
                            States& states) const {
    StepNoise& noise = scratch_.noise;
    const Index rows = law_->mixture.coordinates();
    draw_start(seed, StepId{0}, law_->mixture.complement, first, rows, count, noise);
    const double sigma = std::sqrt(time.sigma2);
    states.first = first;
    states.x = sigma * noise.xi();
    states.radius2.setZero(count);
    scratch_.keep.setZero(count);
    scratch_.spread.setConstant(count, sigma);
    radial_map(scratch_.keep, scratch_.spread, noise, states.radius2);
}

void ExactTransition::noisy_step(States& states, const NoiseKeys& keys, StepId step,
                                 const std::function<void(Index, Index)>& then) {
    constexpr Index height = 16;  // even: coordinates share draws in pairs
    const Index rows = states.x.rows();
    StepNoise& noise = scratch_.noise;
    Index from = 0;
    do {
        const Index taken = std::min(height, rows - from);
        const double complement = from + taken == rows ? law_->mixture.complement : 0.0;
        draw_noise({keys.seed, keys.step, keys.copy}, {keys.seed, keys.radial, keys.copy}, step, complement,
                   states.first, from, taken, states.count(), noise);
        keep_and_spread(scratch_.keep, scratch_.spread, noise.xi(), states.x.middleRows(from, taken));
        then(from, taken);
        from += taken;
    } while (from < rows);
}

// x_t = A x_s + sqrt(q2) xi
void ExactTransition::forward(States& states, const TimePoint& from, const TimePoint& to,
                              const NoiseKeys& keys, StepId step) {
    const auto [ratio, variance] = schedule_->bridge(from.t, to.t);
    const double spread = std::sqrt(variance);
    scratch_.keep.setConstant(states.count(), ratio);
    scratch_.spread.setConstant(states.count(), spread);
    noisy_step(states, keys, step, [](Index, Index) {});
    radial_map(scratch_.keep, scratch_.spread, scratch_.noise, states.radius2);
}

}  // namespace kairos::dynamics
