#include "kairos/measure/path_integrals.hpp"

#include <cmath>

#include "kairos/measure/within.hpp"

namespace kairos::measure {

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
        // reversal of the path
        environment_ += 0.5 * (ratio + previous_ratio_) * (posterior.norm2 - previous_norm2_);
        if (step > 0.0) direction_ = time.log_snr < previous_log_snr_ ? 1.0 : -1.0;
    }
    previous_excess_filter_.swap(excess_filter_);
    previous_norm2_ = posterior.norm2;
    previous_log_snr_ = time.log_snr;
    previous_mean_information_ = within.mean_information;
    previous_ratio_ = ratio;
    started_ = true;
}

}  // namespace kairos::measure
