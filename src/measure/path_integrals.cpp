#include "kairos/measure/path_integrals.hpp"

#include <cmath>

#include "kairos/measure/within.hpp"

namespace kairos::measure {
namespace {

// E|y|^2 over all d dimensions.
double mean_data_norm2(const law::Mixture& mixture) {
    double sum = 0.0;
    for (Index k = 0; k < mixture.components(); ++k)
        sum += mixture.weights[k] * (mixture.means.col(k).squaredNorm() + law::covariance_trace(mixture, k));
    return sum;
}

}  // namespace

// int E|x|^2 d(f/g^2) between the previous time and this one, less its trapezoid. The one kind whose f/g^2 changes is flow-matching: with
// alpha = 1 - t and sigma = t it is -1/(2t), and int ((1 - t)^2 M + t^2 d) dt/(2 t^2) = M/2 (t - 1/t - 2 log t) + d/2 t.
double PathIntegrals::beyond_the_trapezoid(const dynamics::TimePoint& time) {
    const double ratio = time.drift / time.diffusion2;
    if (std::abs(ratio - previous_ratio_) <= 1e-9 * std::abs(ratio)) return 0.0;
    if (!data_norm2_) data_norm2_ = mean_data_norm2(law_->mixture);
    const double dimension = law_->mixture.dimension();
    const auto norm2 = [&](const dynamics::TimePoint& at) {
        return at.alpha * at.alpha * *data_norm2_ + at.sigma2 * dimension;
    };
    const double from = previous_time_.t.value, to = time.t.value;
    const double signal = (to - from) * (1.0 + 1.0 / (from * to)) - 2.0 * std::log(to / from);
    const double integral = 0.5 * (*data_norm2_ * signal + dimension * (to - from));
    return integral - 0.5 * (norm2(time) + norm2(previous_time_)) * (ratio - previous_ratio_);
}

void PathIntegrals::begin(Index count) {
    started_ = false;
    direction_ = 0.0;
    information_ = Lanes::Zero(count);
    environment_ = Lanes::Zero(count);
}

void PathIntegrals::visit(const dynamics::Posterior& posterior) {
    const dynamics::TimePoint& time = posterior.time;
    const Within within = within_components(law_->mixture, std::exp(time.log_snr));
    const double ratio = time.drift / time.diffusion2;
    const double snr = time.alpha * time.alpha / time.sigma2;
    excess_filter_ = snr * posterior.covariance_trace - within.mean_filter;
    if (started_) {
        // A += |Delta I| + 1/2 int (tr F - mean F) |d log snr|
        const double step = std::abs(time.log_snr - previous_log_snr_);
        const double mean_part = std::abs(within.mean_information - previous_mean_information_);
        information_ += mean_part + 0.25 * step * (excess_filter_ + previous_excess_filter_);
        // d D_env = (f/g^2) d|x|^2; by parts this is the trapezoid of int |x|^2 d(f/g^2), and it is odd under
        // reversal of the path; so is what the trapezoid of the average misses
        environment_ += 0.5 * (ratio + previous_ratio_) * (posterior.norm2 - previous_norm2_) -
                        beyond_the_trapezoid(time);
        if (step > 0.0) direction_ = time.log_snr < previous_log_snr_ ? 1.0 : -1.0;
    }
    previous_excess_filter_.swap(excess_filter_);
    previous_norm2_ = posterior.norm2;
    previous_log_snr_ = time.log_snr;
    previous_mean_information_ = within.mean_information;
    previous_ratio_ = ratio;
    previous_time_ = time;
    started_ = true;
}

}  // namespace kairos::measure
