#include "components.hpp"

#include <algorithm>
#include <cmath>

#include "lane_columns.hpp"

namespace kairos::dynamics {
namespace {

// A weight of zero takes part in no sum; a finite logit keeps 0 * logit from being NaN.
constexpr double log_of_nothing = -1e300;

bool all_isotropic(const law::Mixture& mixture) {
    return std::ranges::all_of(mixture.covariances, [](const auto& c) { return c.is_isotropic(); });
}

bool any_directions(const law::Mixture& mixture) {
    return std::ranges::any_of(mixture.covariances, [](const auto& c) { return c.excess.size() > 0; });
}

}  // namespace

Components::Components(const law::Mixture& mixture)
    : mixture_(&mixture),
      log_weights_(mixture.weights.unaryExpr(
          [](double weight) { return weight > 0 ? std::log(weight) : log_of_nothing; })),
      terms_(mixture.covariances.size()) {}

void Components::set_time(const TimePoint& time) {
    const bool same = prepared_ && time.alpha == time_.alpha && time.sigma2 == time_.sigma2;
    time_ = time;
    if (same) {
        return;
    }
    for (std::size_t k = 0; k < terms_.size(); ++k) {
        terms_[k] =
            gaussian_terms(mixture_->covariances[k], time, mixture_->coordinates(), mixture_->complement);
    }
    prepare();
    prepared_ = true;
}

void Components::average(const Rows& weights, double GaussianTerms::*value, Lanes& out) const {
    if (shares_terms()) {
        out.setConstant(weights.cols(), terms_[0].*value);
        return;
    }
    out.setZero(weights.cols());
    for (Index k = 0; k < weights.rows(); ++k) {
        out += (terms(k).*value) * weights.row(k).array();
    }
}

void Components::score(const States& states, const Rows& mean, Rows& out, Lanes& norm2, Lanes& x_dot) {
    subtract_shift(states, mean, out);
    column_products(out, states.x, norm2, x_dot);
}

void Components::spread(const States& states, const Rows& weights, const Rows& mean, Lanes& out) {
    out.setZero(weights.cols());
    for (Index k = 0; k < weights.rows(); ++k) {
        if ((weights.row(k).array() == 0).all()) {
            continue;
        }
        score_of(states, k, score_);
        distance_.setZero(weights.cols());
        for (Index i = 0; i < mean.rows(); ++i) {
            distance_ += (score_.row(i) - mean.row(i)).array().square();
        }
        out += weights.row(k).array() * distance_;
    }
}

std::unique_ptr<Components> make_components(const law::Mixture& mixture) {
    if (mixture.shares_covariance()) {
        return shared_components(mixture);
    }
    if (all_isotropic(mixture)) {
        return isotropic_components(mixture);
    }
    return any_directions(mixture) ? general_components(mixture) : diagonal_components(mixture);
}

}  // namespace kairos::dynamics
