// Isotropic components, each with its own variance v_k.
//
//   logit_k = (alpha/v_k) mean_k . x - (alpha^2/2 v_k) |mean_k|^2 - (1/v_k - 1/v_0) |x|^2/2
//             - (d/2) log(v_k/v_0) + log weight_k
//   common  = -|x|^2/(2 v_0) - (d/2) log(2 pi v_0)
//   u_k     = s_k = (alpha mean_k - x)/v_k
//
// Component 0 is the reference: what it shares with the others would drown their differences in large d.
#include <cmath>
#include <numbers>

#include "components.hpp"
#include "products.hpp"

namespace kairos::dynamics {
namespace {

class IsotropicComponents final : public Components {
public:
    explicit IsotropicComponents(const law::Mixture& mixture)
        : Components(mixture), mean_norm2_(mixture.means.colwise().squaredNorm().transpose()) {}

    void logits(const States& states, const Lanes& norm2, Rows& logits, Lanes& common) override;
    void subtract_shift(const States&, const Rows& columns, Rows& out) override { out = columns; }
    void add_weighted(const States& states, const Rows& weights, Run run, Rows& sum) override;
    void score_of(const States& states, Index k, Rows& out) override {
        out = -precision_[k] * states.x;
        out.colwise() += (alpha() * precision_[k]) * mixture().means.col(k);
    }
    void project(const States& states, const Rows& v, Rows& out) override;
    void add_gain(const Rows& weights, const Rows& v, Rows& out) override {
        average(weights, &GaussianTerms::gain, lane_);
        for (Index i = 0; i < v.rows(); ++i) {
            out.row(i).array() += lane_ * v.row(i).array();
        }
    }

private:
    void prepare() override;

    Vector mean_norm2_, precision_;        // precision: 1/v_k
    Vector constants_, half_differences_;  // half_differences: (1/v_k - 1/v_0)/2
    Rows scaled_;
    Lanes lane_;
};

void IsotropicComponents::prepare() {
    const Index K = count();
    const double alpha2 = alpha() * alpha(), d = mixture().dimension(), v0 = terms(0).variance;
    precision_.resize(K), constants_.resize(K), half_differences_.resize(K);
    for (Index k = 0; k < K; ++k) {
        const double v = terms(k).variance;
        const double excess =
            alpha2 * (mixture().covariance(k).isotropic - mixture().covariance(0).isotropic);
        precision_[k] = 1.0 / v;
        half_differences_[k] = -0.5 * excess / (v * v0);
        constants_[k] =
            log_weights()[k] - 0.5 * alpha2 * mean_norm2_[k] / v - 0.5 * d * std::log1p(excess / v0);
    }
}

void IsotropicComponents::logits(const States& states, const Lanes& norm2, Rows& logits, Lanes& common) {
    inner_products(mixture().means, states.x, logits);
    for (Index k = 0; k < count(); ++k) {
        logits.row(k).array() =
            (alpha() * precision_[k]) * logits.row(k).array() - half_differences_[k] * norm2 + constants_[k];
    }
    const double v0 = terms(0).variance;
    common = -0.5 * mixture().dimension() * std::log(2.0 * std::numbers::pi * v0) - (0.5 / v0) * norm2;
}

void IsotropicComponents::add_weighted(const States& states, const Rows& weights, Run run, Rows& sum) {
    scaled_.resize(weights.rows(), weights.cols());
    lane_.setZero(weights.cols());
    for (Index k = run.first; k < run.first + run.count; ++k) {
        scaled_.row(k) = precision_[k] * weights.row(k);
        lane_ += scaled_.row(k).array();
    }
    add_combination(alpha(), mixture().means, scaled_, run, sum);
    for (Index i = 0; i < sum.rows(); ++i) {
        sum.row(i).array() -= lane_ * states.x.row(i).array();
    }
}

void IsotropicComponents::project(const States& states, const Rows& v, Rows& out) {
    inner_products(mixture().means, v, out);
    lane_.setZero(v.cols());
    for (Index i = 0; i < v.rows(); ++i) {
        lane_ += states.x.row(i).array() * v.row(i).array();
    }
    for (Index k = 0; k < count(); ++k) {
        out.row(k).array() = precision_[k] * (alpha() * out.row(k).array() - lane_);
    }
}

}  // namespace

std::unique_ptr<Components> isotropic_components(const law::Mixture& mixture) {
    return std::make_unique<IsotropicComponents>(mixture);
}

}  // namespace kairos::dynamics
