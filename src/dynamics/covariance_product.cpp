#include "covariance_product.hpp"

namespace kairos::dynamics {

void CovarianceProduct::apply(Components& components, const CovarianceTerms& at, bool radial, const Rows& v,
                              Rows& out) {
    const Index r = at.states->x.rows();
    const double sigma2 = components.time().sigma2, alpha = components.time().alpha;
    explicit_v_ = v.topRows(r);
    components.project(*at.states, explicit_v_, projections_);
    weigh(components, at, radial, v);

    sum_.setZero(r, v.cols());
    components.add_weighted(*at.states, projections_, components.all(), sum_);
    for (Index i = 0; i < r; ++i) {
        sum_.row(i).array() -= total_ * at.mean->row(i).array();
    }
    sum_ *= sigma2 / (alpha * alpha);
    components.add_gain(*at.weights, explicit_v_, sum_);
    out.resize(v.rows(), v.cols());
    out.topRows(r) = sigma2 * sum_;
    if (radial) {
        add_radial_row(components, at, v, out);
    }
}

void CovarianceProduct::weigh(const Components& components, const CovarianceTerms& at, bool radial,
                              const Rows& v) {
    along_mean_.setZero(v.cols());
    for (Index i = 0; i < explicit_v_.rows(); ++i) {
        along_mean_ += at.mean->row(i).array() * explicit_v_.row(i).array();
    }
    if (radial) {
        radius_ = at.states->radius2.sqrt();
        lane_ = radius_ * v.row(v.rows() - 1).array();
    }
    total_.setZero(v.cols());
    for (Index k = 0; k < projections_.rows(); ++k) {
        auto projection = projections_.row(k).array();
        projection -= along_mean_;
        if (radial) {
            projection -= lane_ * (components.terms(k).precision - *at.kappa);
        }
        projection *= at.weights->row(k).array();
        total_ += projection;
    }
}

void CovarianceProduct::add_radial_row(const Components& components, const CovarianceTerms& at, const Rows& v,
                                       Rows& out) {
    const double sigma2 = components.time().sigma2, alpha = components.time().alpha;
    lane_.setZero(v.cols());
    for (Index k = 0; k < projections_.rows(); ++k) {
        lane_ -= projections_.row(k).array() * (components.terms(k).precision - *at.kappa);
    }
    lane_ *= (sigma2 / (alpha * alpha)) * radius_;
    components.average(*at.weights, &GaussianTerms::gain, total_);
    out.row(v.rows() - 1).array() = sigma2 * (lane_ + total_ * v.row(v.rows() - 1).array());
}

}  // namespace kairos::dynamics
