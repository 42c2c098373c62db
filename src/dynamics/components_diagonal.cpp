// Diagonal components (some may be isotropic), each with its own variances v_ki; v_k belongs to the
// complement.
//
//   logit_k = sum_i [ (alpha mean_ki/v_ki) x_i - (1/v_ki - 1/v_0i) x_i^2/2
//                     - alpha^2 mean_ki^2/(2 v_ki) - log(v_ki/v_0i)/2 ]
//             - (1/v_k - 1/v_0) R2/2 - (c/2) log(v_k/v_0) + log weight_k
//   u_ki    = s_ki = (alpha mean_ki - x_i)/v_ki
#include <cmath>
#include <numbers>

#include "components.hpp"
#include "products.hpp"

namespace kairos::dynamics {
namespace {

// The diagonal of S, the isotropic part included.
Vector data_variances(const law::Covariance& covariance, Index coordinates) {
    Vector variances = Vector::Constant(coordinates, covariance.isotropic);
    if (covariance.diagonal.size() > 0) {
        variances += covariance.diagonal;
    }
    return variances;
}

class DiagonalComponents final : public Components {
public:
    explicit DiagonalComponents(const law::Mixture& mixture) : Components(mixture) {
        variances_.resize(mixture.coordinates(), count());
        for (Index k = 0; k < count(); ++k) {
            variances_.col(k) = data_variances(mixture.covariance(k), mixture.coordinates());
        }
    }

    void logits(const States& states, const Lanes& norm2, Rows& logits, Lanes& common) override;
    void subtract_shift(const States&, const Rows& columns, Rows& out) override { out = columns; }
    void add_weighted(const States& states, const Rows& weights, Run run, Rows& sum) override {
        add_combination(1.0, gains_, weights, run, sum);
        squares_.setZero(sum.rows(), sum.cols());
        add_combination(1.0, precisions_, weights, run, squares_);
        sum.array() -= squares_.array() * states.x.array();
    }
    void score_of(const States& states, Index k, Rows& out) override {
        out.resize(states.x.rows(), states.x.cols());
        for (Index i = 0; i < out.rows(); ++i) {
            out.row(i).array() = gains_(i, k) - precisions_(i, k) * states.x.row(i).array();
        }
    }
    void project(const States& states, const Rows& v, Rows& out) override {
        inner_products(gains_, v, out);
        squares_ = states.x.cwiseProduct(v);
        inner_products(precisions_, squares_, products_);
        out -= products_;
    }
    void add_gain(const Rows& weights, const Rows& v, Rows& out) override {
        squares_.setZero(v.rows(), v.cols());
        add_combination(1.0, data_gains_, weights, all(), squares_);
        out.array() += squares_.array() * v.array();
    }

private:
    void prepare() override;

    Matrix variances_;                                      // S_ki
    Matrix precisions_, gains_, data_gains_, differences_;  // 1/v, alpha mean/v, S/v, 1/v_k - 1/v_0
    Vector constants_, radial_differences_;
    double common_constant_ = 0.0;
    Rows squares_, products_;
};

void DiagonalComponents::prepare() {
    const double alpha2 = alpha() * alpha(), c = mixture().complement;
    const auto variance = (alpha2 * variances_.array() + time().sigma2).eval();
    const auto excess = (alpha2 * (variances_.colwise() - variances_.col(0)).array()).eval();
    precisions_ = variance.inverse();
    gains_ = alpha() * mixture().means.array() * precisions_.array();
    data_gains_ = variances_.array() * precisions_.array();
    const Vector v0 = variance.col(0);
    const auto ratio = (excess.colwise() / v0.array()).eval();  // v_k/v_0 - 1
    differences_ = -ratio * precisions_.array();
    constants_ = log_weights() -
                 0.5 * alpha() * mixture().means.cwiseProduct(gains_).colwise().sum().transpose() -
                 0.5 * ratio.log1p().colwise().sum().matrix().transpose();
    radial_differences_.resize(count());
    for (Index k = 0; k < count(); ++k) {
        const double more = alpha2 * (mixture().covariance(k).isotropic - mixture().covariance(0).isotropic) /
                            terms(0).variance;
        radial_differences_[k] = -more / terms(k).variance;
        constants_[k] -= c > 0 ? 0.5 * c * std::log1p(more) : 0.0;
    }
    common_constant_ = -0.5 * (terms(0).log_det + mixture().dimension() * std::log(2.0 * std::numbers::pi));
}

void DiagonalComponents::logits(const States& states, const Lanes&, Rows& logits, Lanes& common) {
    const bool radial = mixture().complement > 0;
    squares_ = states.x.array().square();
    inner_products(gains_, states.x, logits);
    inner_products(differences_, squares_, products_);
    for (Index k = 0; k < count(); ++k) {
        logits.row(k).array() += constants_[k] - 0.5 * products_.row(k).array();
        if (radial) {
            logits.row(k).array() -= 0.5 * radial_differences_[k] * states.radius2;
        }
    }
    common.setConstant(states.count(), common_constant_);
    for (Index i = 0; i < squares_.rows(); ++i) {
        common -= 0.5 * precisions_(i, 0) * squares_.row(i).array();
    }
    if (radial) {
        common -= (0.5 / terms(0).variance) * states.radius2;
    }
}

}  // namespace

std::unique_ptr<Components> diagonal_components(const law::Mixture& mixture) {
    return std::make_unique<DiagonalComponents>(mixture);
}

}  // namespace kairos::dynamics
