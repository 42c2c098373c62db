#include "gaussian_terms.hpp"

#include <cmath>

namespace kairos::dynamics {
namespace {

double variance_of(double data_variance, const TimePoint& time) {
    return time.alpha * time.alpha * data_variance + time.sigma2;
}

// columns <- f(S) columns for a function f of the eigenvalues of S.
template <class Function>
void apply_spectral(const law::Covariance& covariance, const Function& function, Rows& columns,
                    Rows& projected) {
    if (covariance.diagonal.size() > 0) {
        for (Index i = 0; i < columns.rows(); ++i) {
            columns.row(i) *= function(covariance.isotropic + covariance.diagonal[i]);
        }
    } else if (covariance.excess.size() > 0) {
        projected.noalias() = covariance.directions.transpose() * columns;
        if (covariance.excess.size() < columns.rows()) {
            // The rest is projected out first: where v along it is small, subtracting it later would cancel.
            columns.noalias() -= covariance.directions * projected;
            columns *= function(covariance.isotropic);
        } else {
            columns.setZero();
        }
        for (Index q = 0; q < projected.rows(); ++q) {
            projected.row(q) *= function(covariance.isotropic + covariance.excess[q]);
        }
        columns.noalias() += covariance.directions * projected;
    } else {
        columns *= function(covariance.isotropic);
    }
}

void add_direction(double data_variance, double count, const TimePoint& time, GaussianTerms& terms) {
    const double variance = variance_of(data_variance, time);
    terms.log_det += count * std::log(variance);
    terms.gain_trace += count * (data_variance / variance);
    terms.precision_trace += count / variance;
}

}  // namespace

GaussianTerms gaussian_terms(const law::Covariance& covariance, const TimePoint& time, Index coordinates,
                             double complement) {
    GaussianTerms terms;
    terms.variance = variance_of(covariance.isotropic, time);
    terms.precision = 1.0 / terms.variance;
    terms.gain = covariance.isotropic / terms.variance;
    const Vector& structure = covariance.diagonal.size() > 0 ? covariance.diagonal : covariance.excess;
    for (const double extra : structure) {
        add_direction(covariance.isotropic + extra, 1.0, time, terms);
    }
    const double others = static_cast<double>(coordinates - structure.size()) + complement;
    if (others > 0) {
        add_direction(covariance.isotropic, others, time, terms);
    }
    return terms;
}

void apply_precision(const law::Covariance& covariance, const TimePoint& time, Rows& columns,
                     Rows& projected) {
    apply_spectral(
        covariance, [&](double data_variance) { return 1.0 / variance_of(data_variance, time); }, columns,
        projected);
}

void apply_gain(const law::Covariance& covariance, const TimePoint& time, Rows& columns, Rows& projected) {
    apply_spectral(
        covariance, [&](double data_variance) { return data_variance / variance_of(data_variance, time); },
        columns, projected);
}

}  // namespace kairos::dynamics
