#include "kairos/measure/tangents.hpp"

#include <algorithm>
#include <string>

#include "kairos/base/array.hpp"
#include "kairos/base/error.hpp"
#include "kairos/law/order_axes.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::measure {
namespace {

// Those in which the means differ, leading first.
Matrix principal_directions(const law::Mixture& mixture, Index most) {
    const auto [variances, directions] = law::principal_axes(mixture);
    Index rank = 0;
    while (rank < std::min(variances.size(), most) &&
           variances[rank] > std::max(1e-12 * variances[0], 1e-300))
        ++rank;
    return directions.leftCols(rank);
}

Matrix starting_basis(const law::Mixture& mixture, Index count) {
    const Matrix principal = principal_directions(mixture, count);
    Matrix basis(mixture.coordinates(), count);
    basis.leftCols(principal.cols()) = principal;
    Rows noise(mixture.coordinates(), 1);
    for (Index i = principal.cols(); i < count; ++i) {
        random::fill_normals({0, random::Purpose::tangent}, TrajectoryId{static_cast<std::uint64_t>(i)},
                             StepId{0}, 0, noise);
        Vector v = noise.col(0);
        for (int twice = 0; twice < 2; ++twice)  // a second pass removes what rounding left of the first
            v -= basis.leftCols(i) * (basis.leftCols(i).transpose() * v);
        basis.col(i) = v.normalized();
    }
    return basis;
}

void require_possible(const law::Law& law, int count) {
    const auto& mixture = law.mixture;
    const std::string value = std::to_string(count);
    if (static_cast<double>(count) > mixture.dimension())
        throw ConfigError("observe.tangents", value, "is more than the dimension", "0 to data.dimension",
                          "Ask for fewer tangents.");
    if (mixture.complement > 0 && !mixture.shared_isotropic())
        throw ConfigError("observe.tangents", value, "needs all coordinates where variances differ",
                          "tangents in full representation", "Try --ensemble.representation=full.");
}

}  // namespace

Tangents::Tangents(const law::Law& law, int count, double score_share)
    : explicit_count_(std::min<Index>(count, law.mixture.coordinates())),
      total_(count),
      score_share_(score_share) {
    if (count == 0) return;
    require_possible(law, count);
    basis_ = starting_basis(law.mixture, explicit_count_);
    vectors_.resize(static_cast<std::size_t>(explicit_count_));
}

void Tangents::begin(Index lanes) {
    for (Index i = 0; i < explicit_count_; ++i)
        vectors_[static_cast<std::size_t>(i)] = basis_.col(i).replicate(1, lanes);
    growth_ = Rows::Zero(total_, lanes);
    exponents_ = Rows::Constant(total_, lanes, nan);
}

void Tangents::step(const dynamics::PosteriorEvaluator& evaluator, const dynamics::States& states,
                    const dynamics::Posterior& posterior, const dynamics::TimePoint& to) {
    const auto& now = posterior.time;
    const double dt = now.t.value - to.t.value;
    const double diffusion2 = score_share_ * now.diffusion2, noise = diffusion2 / now.sigma2;
    const double posterior_factor = noise * now.alpha * now.alpha / now.sigma2;
    for (Rows& v : vectors_) {
        evaluator.covariance_times(states, posterior, v, moved_);
        v += dt * ((-now.drift - noise) * v + posterior_factor * moved_);
    }
    orthonormalise();
    if (total_ == explicit_count_) return;
    const Lanes factor = 1.0 + dt * (-now.drift - diffusion2 * posterior.radial_rate);
    for (Index i = explicit_count_; i < total_; ++i) growth_.row(i).array() += factor.abs().log();
}

// Modified Gram-Schmidt over all lanes at once.
void Tangents::orthonormalise() {
    for (std::size_t i = 0; i < vectors_.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const Lanes overlap = (vectors_[i].array() * vectors_[j].array()).colwise().sum();
            vectors_[i].array() -= vectors_[j].array().rowwise() * overlap;
        }
        const Lanes norm = vectors_[i].array().square().colwise().sum().sqrt();
        growth_.row(static_cast<Index>(i)).array() += norm.log();
        vectors_[i].array().rowwise() /= norm;
    }
}

void Tangents::read(double passed) {
    if (passed > 0) exponents_ = growth_ / passed;
}

}  // namespace kairos::measure
