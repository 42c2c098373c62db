#include "two_cluster_theory.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "class_average.hpp"

namespace kairos::phases {
namespace {

ClassSample sample_at(double log_odds, double spread_of_product) {
    const double odds = std::exp(-std::abs(log_odds));  // of the less likely class
    const double product = odds / ((1.0 + odds) * (1.0 + odds));
    return {.entropy = std::log1p(odds) + std::abs(log_odds) * odds / (1.0 + odds),
            .impurity = 2.0 * product,
            .varentropy = product * log_odds * log_odds,
            .spread = product * spread_of_product};
}

// Where the quadrature sums, as an offset u = L - L0 from the prior log odds.
struct Line {
    double centre, half_width, step;
};

// With exp(-u^2/8 snr) 2 cosh(L/2) for the density, the terms have their nearest singularities at L = +-i pi
// (posterior) and a Gaussian of width 2 sqrt(snr): a trapezoid of step min(1/4, sqrt(snr)) has an error below
// e^-39. Small snr: all of both Gaussians. Large snr: every term falls as e^{-|L|/2} around L = 0 (or around
// the point |L0| - 2 snr where strong prior odds and data balance); beyond, classes are decided.
Line line_for(double snr, double prior) {
    const double deviation = 2.0 * std::sqrt(snr), gaussian_reach = 9.5 * deviation;
    const double step = std::min(0.25, 0.5 * deviation);
    if (snr < 4.0) return {0.0, 2.0 * snr + gaussian_reach, step};
    const double balance = std::copysign(std::max(0.0, std::abs(prior) - 2.0 * snr), prior);
    const double fall = 0.5 - std::abs(prior) / (4.0 * snr);
    const double reach = fall > 0.0 ? std::min(gaussian_reach, 55.0 / fall) : gaussian_reach;
    return {balance - prior, reach, step};
}

}  // namespace

ClassTheory two_cluster_theory(const law::TwoClusters& clusters, const dynamics::TimePoint& at) {
    const double alpha2 = at.alpha * at.alpha;
    const double gamma = at.sigma2 + alpha2 * clusters.variance_plus;
    const double snr = alpha2 * clusters.mean_norm2 / gamma;
    const double weight = clusters.weight_plus, other = 1.0 - weight;
    const double prior = std::log(weight / other);
    const double spread_of_product = 4.0 * snr / gamma;

    ClassAverage average;
    if (std::sqrt(snr) == 0.0) {
        average.add(1.0, sample_at(prior, spread_of_product));
        return average.result(at.diffusion2);
    }
    // p(L) = sqrt(pi_+ pi_-) 2 cosh(L/2) exp(-u^2/(8 snr) - snr/2)/sqrt(8 pi snr)
    const Line line = line_for(snr, prior);
    const double norm = line.step * std::sqrt(weight * other / (8.0 * std::numbers::pi * snr));
    const int last = static_cast<int>(std::ceil(line.half_width / line.step));
    for (int i = -last; i <= last; ++i) {
        const double u = line.centre + i * line.step, log_odds = prior + u, size = std::abs(log_odds);
        const double exponent = -u * u / (8.0 * snr) - 0.5 * snr + 0.5 * size;
        average.add(norm * std::exp(exponent) * (1.0 + std::exp(-size)),
                    sample_at(log_odds, spread_of_product));
    }
    return average.result(at.diffusion2);
}

}  // namespace kairos::phases
