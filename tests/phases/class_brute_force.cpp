#include "phases/class_brute_force.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace kairos::test {
namespace {

double normal_density(double x, double mean, double variance) {
    return std::exp(-0.5 * (x - mean) * (x - mean) / variance) / std::sqrt(2.0 * std::numbers::pi * variance);
}

}  // namespace

dynamics::TimePoint noised(double alpha, double sigma2) {
    return {.t = {},
            .alpha = alpha,
            .sigma2 = sigma2,
            .drift = 0.0,
            .diffusion2 = 2.0,
            .log_snr = std::log(alpha * alpha / sigma2)};
}

void ClassReference::add(double width, std::span<const double> joint, std::span<const double> scores) {
    double p = 0;
    for (const double j : joint) p += j;
    if (p < 1e-300) return;
    double h = 0, square = 0, mean = 0, second = 0, mean_square = 0;
    for (std::size_t c = 0; c < joint.size(); ++c) {
        const double w = joint[c] / p;
        if (w > 0) h -= w * std::log(w), second += w * std::log(w) * std::log(w);
        square += w * w, mean += w * scores[c], mean_square += w * scores[c] * scores[c];
    }
    mass += width * p, entropy += width * p * h, entropy2 += width * p * h * h,
        collision += width * p * square;
    varentropy += width * p * (second - h * h), spread += width * p * (mean_square - mean * mean);
    surprisal2 += width * p * second, score2 += width * p * mean * mean;
}

ClassReference two_clusters_by_brute_force(double mean_norm2, double variance, double weight,
                                           const dynamics::TimePoint& at) {
    const double gamma = at.sigma2 + at.alpha * at.alpha * variance, mean = at.alpha * std::sqrt(mean_norm2);
    const double reach = mean + 14.0 * std::sqrt(gamma);
    const int points = 20000;
    ClassReference sum;
    for (int i = 0; i <= points; ++i) {
        const double x = reach * (2.0 * i / points - 1.0);
        const std::array joint = {weight * normal_density(x, mean, gamma),
                                  (1.0 - weight) * normal_density(x, -mean, gamma)};
        sum.add(2.0 * reach / points, joint, std::array{-(x - mean) / gamma, -(x + mean) / gamma});
    }
    return sum;
}

ClassReference radial_by_brute_force(const law::Mixture& mixture, const dynamics::TimePoint& at) {
    const double d = mixture.dimension();
    const auto classes = static_cast<std::size_t>(mixture.labels.classes().classes());
    const double log_area = std::log(2.0) + 0.5 * d * std::log(std::numbers::pi) - std::lgamma(0.5 * d);
    const int points = 20000;
    const double low = -30.0, high = 12.0;
    ClassReference sum;
    std::vector<double> joint, score;
    for (int i = 0; i <= points; ++i) {
        const double q = low + (high - low) * i / points, r = std::exp(q);
        joint.assign(classes, 0.0), score.assign(classes, 0.0);
        for (Index k = 0; k < mixture.components(); ++k) {
            const double v = at.alpha * at.alpha * mixture.covariance(k).isotropic + at.sigma2;
            const auto c =
                static_cast<std::size_t>(mixture.labels.classes().class_of[static_cast<std::size_t>(k)]);
            const double p =
                mixture.weights(k) *
                std::exp(log_area + d * q - 0.5 * d * std::log(2.0 * std::numbers::pi * v) - 0.5 * r * r / v);
            joint[c] += p, score[c] += -p * r / v;
        }
        for (std::size_t c = 0; c < classes; ++c) score[c] = joint[c] > 0 ? score[c] / joint[c] : 0.0;
        sum.add((high - low) / points, joint, score);
    }
    return sum;
}

}  // namespace kairos::test
