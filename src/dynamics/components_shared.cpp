// One covariance for all components, the empirical law (S = 0) among them: everything is linear in x.
//
//   logit_k = alpha mean_k . C^-1 x - (alpha^2/2) mean_k . C^-1 mean_k + log weight_k
//   common  = -(x . C^-1 x + R2/v)/2 - (log det C + d log 2 pi)/2,     u_k = alpha C^-1 mean_k
#include <cmath>
#include <numbers>

#include "components.hpp"
#include "lane_columns.hpp"
#include "lane_math.hpp"
#include "products.hpp"

namespace kairos::dynamics {
namespace {

// Up to this many components the spread is summed over pairs; beyond, by norms about the average of the means.
constexpr Index few_components = 64;

class SharedComponents final : public Components {
public:
    explicit SharedComponents(const law::Mixture& mixture)
        : Components(mixture), isotropic_(mixture.covariances[0].is_isotropic()) {
        if (isotropic_) {
            mean_norm2_ = mixture.means.colwise().squaredNorm().transpose();
            measure_gains();
        }
    }

    void logits(const States& states, const Lanes& norm2, Rows& logits, Lanes& common) override;
    void subtract_shift(const States& states, const Rows& columns, Rows& out) override;
    void score(const States& states, const Rows& mean, Rows& out, Lanes& norm2, Lanes& x_dot) override {
        if (!isotropic_) return Components::score(states, mean, out, norm2, x_dot);
        subtract_and_multiply(mean, 1.0 / terms(0).variance, states.x, out, norm2, x_dot);
    }
    void add_weighted(const States&, const Rows& weights, Run run, Rows& sum) override {
        add_combination(scale_, gains(), weights, run, sum);
    }
    void score_of(const States& states, Index k, Rows& out) override {
        out = (scale_ * gains().col(k)).replicate(1, states.count());
    }
    void project(const States&, const Rows& v, Rows& out) override {
        inner_products(gains(), v, out);
        out *= scale_;
    }
    void add_gain(const Rows&, const Rows& v, Rows& out) override {
        solved_ = v;
        apply_gain(covariance(), time(), solved_, projected_);
        out += solved_;
    }
    void spread(const States& states, const Rows& weights, const Rows& mean, Lanes& out) override;

private:
    void prepare() override;
    void measure_gains();
    void spread_by_pairs(const Rows& weights, Lanes& out);
    void spread_by_norms(const Rows& weights, const Rows& mean, Lanes& out) const;
    void refine_concentrated(const Rows& weights, const Rows& mean, Lanes& out) const;

    [[nodiscard]] const law::Covariance& covariance() const { return mixture().covariances[0]; }
    // u_k = scale gains_k; isotropic components do without a copy of the means.
    [[nodiscard]] Eigen::Ref<const Matrix> gains() const {
        if (isotropic_) return mixture().means;
        return gains_;
    }

    bool isotropic_;
    double scale_ = 1.0;
    Matrix gains_;                   // C^-1 means
    Vector mean_norm2_, constants_;  // constants: the part of a logit without x
    Matrix distance2_;               // few components: |gains_k - gains_l|^2
    Vector centre_, centred_norm2_;  // many: of gains
    Rows solved_, projected_;
    Lanes lane_, other_lane_;
};

void SharedComponents::prepare() {
    const double alpha2 = alpha() * alpha();
    if (isotropic_) {
        scale_ = alpha() / terms(0).variance;
        constants_ = log_weights() - (0.5 * alpha2 / terms(0).variance) * mean_norm2_;
        return;
    }
    scale_ = alpha();
    solved_ = mixture().means;
    apply_precision(covariance(), time(), solved_, projected_);
    gains_ = solved_;
    constants_ =
        log_weights() - 0.5 * alpha2 * mixture().means.cwiseProduct(gains_).colwise().sum().transpose();
    measure_gains();
}

void SharedComponents::measure_gains() {
    if (count() > few_components) {
        centre_ = gains() * Vector::Constant(count(), 1.0 / static_cast<double>(count()));
        centred_norm2_ = (gains().colwise() - centre_).colwise().squaredNorm().transpose();
        return;
    }
    distance2_.resize(count(), count());
    for (Index k = 0; k < count(); ++k) {
        distance2_.col(k) = (gains().colwise() - gains().col(k)).colwise().squaredNorm().transpose();
    }
}

void SharedComponents::logits(const States& states, const Lanes& norm2, Rows& logits, Lanes& common) {
    inner_products(gains(), states.x, logits);
    for (Index k = 0; k < logits.rows(); ++k) {
        logits.row(k).array() = scale_ * logits.row(k).array() + constants_[k];
    }
    const double d = mixture().dimension();
    const double constant = -0.5 * (terms(0).log_det + d * std::log(2.0 * std::numbers::pi));
    const double half_precision = 0.5 / terms(0).variance;
    if (isotropic_) {
        common = constant - half_precision * norm2;
        return;
    }
    solved_ = states.x;
    apply_precision(covariance(), time(), solved_, projected_);
    common.setConstant(states.count(), constant);
    for (Index i = 0; i < solved_.rows(); ++i) {
        common -= 0.5 * solved_.row(i).array() * states.x.row(i).array();
    }
    if (mixture().complement > 0) {
        common -= half_precision * states.radius2;
    }
}

void SharedComponents::subtract_shift(const States& states, const Rows& columns, Rows& out) {
    if (isotropic_) {
        score(states, columns, out, lane_, other_lane_);
        return;
    }
    solved_ = states.x;
    apply_precision(covariance(), time(), solved_, projected_);
    out = columns - solved_;
}

void SharedComponents::spread(const States&, const Rows& weights, const Rows& mean, Lanes& out) {
    if (count() <= few_components) {
        spread_by_pairs(weights, out);
        return;
    }
    spread_by_norms(weights, mean, out);
    refine_concentrated(weights, mean, out);
}

// sum_k w_k |u_k - mean|^2 = sum_{l < k} w_k w_l |u_k - u_l|^2: terms of one sign, whatever d
void SharedComponents::spread_by_pairs(const Rows& weights, Lanes& out) {
    out.setZero(weights.cols());
    for (Index k = 1; k < weights.rows(); ++k) {
        lane_ = distance2_(0, k) * weights.row(0).array();
        for (Index l = 1; l < k; ++l) {
            lane_ += distance2_(l, k) * weights.row(l).array();
        }
        out += weights.row(k).array() * lane_;
    }
    out *= scale_ * scale_;
}

// sum_k w_k |u_k - mean|^2 = sum_k w_k |u_k - b|^2 - |mean - b|^2 for any b
void SharedComponents::spread_by_norms(const Rows& weights, const Rows& mean, Lanes& out) const {
    out.setZero(weights.cols());
    for (Index k = 0; k < weights.rows(); ++k) {
        out += (scale_ * scale_ * centred_norm2_[k]) * weights.row(k).array();
    }
    for (Index i = 0; i < mean.rows(); ++i) {
        out -= (mean.row(i).array() - scale_ * centre_[i]).square();
    }
    out = out.max(0.0);
}

// Where one weight is close to 1 the two terms cancel: those lanes are summed in difference form over the
// weights that count.
void SharedComponents::refine_concentrated(const Rows& weights, const Rows& mean, Lanes& out) const {
    Lanes largest, top, others;
    column_maxima(weights, largest, top);
    const auto concentrated = largest > 0.99;
    if (!concentrated.any()) {
        return;
    }
    sum_of_others(weights, top, others);
    const Lanes threshold = concentrated.select(1e-18 * others, 2.0);
    const Matrix mean_columns = mean;
    out = concentrated.select(0.0, out);
    for (Index k = 0; k < weights.rows(); ++k) {
        for (Index j = 0; j < weights.cols(); ++j) {
            if (weights(k, j) > threshold[j]) {
                out[j] += weights(k, j) * (scale_ * gains().col(k) - mean_columns.col(j)).squaredNorm();
            }
        }
    }
}

}  // namespace

std::unique_ptr<Components> shared_components(const law::Mixture& mixture) {
    return std::make_unique<SharedComponents>(mixture);
}

}  // namespace kairos::dynamics
