// tests/phases/class_brute_force.hpp: averages of a posterior over classes by plain sums over a fine line, written from the
// definitions.
#pragma once
#include <cmath>
#include <numbers>
#include <vector>

#include "phases/laws.hpp"

namespace kairos::test {

inline dynamics::TimePoint noised(double alpha, double sigma2) {
    return {.t = {},
            .alpha = alpha,
            .sigma2 = sigma2,
            .drift = 0.0,
            .diffusion2 = 2.0,
            .log_snr = std::log(alpha * alpha / sigma2)};
}

// Averages of a posterior over classes on a line, written from the definitions; scores[c] of each class at
// this point.
struct ClassReference {
    double mass = 0, entropy = 0, entropy2 = 0, collision = 0, varentropy = 0, spread = 0, surprisal2 = 0,
           score2 = 0;

    void add(double width, const std::vector<double>& joint, const std::vector<double>& scores) {
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
};

inline double normal_density(double x, double mean, double variance) {
    return std::exp(-0.5 * (x - mean) * (x - mean) / variance) / std::sqrt(2.0 * std::numbers::pi * variance);
}

// Two clusters along m only: the other directions have the same score in both classes.
inline ClassReference two_clusters_by_brute_force(double mean_norm2, double variance, double weight,
                                                  const dynamics::TimePoint& at) {
    const double gamma = at.sigma2 + at.alpha * at.alpha * variance, mean = at.alpha * std::sqrt(mean_norm2);
    const double reach = mean + 14.0 * std::sqrt(gamma);
    const int points = 400000;
    ClassReference sum;
    for (int i = 0; i <= points; ++i) {
        const double x = reach * (2.0 * i / points - 1.0);
        sum.add(2.0 * reach / points,
                {weight * normal_density(x, mean, gamma), (1.0 - weight) * normal_density(x, -mean, gamma)},
                {-(x - mean) / gamma, -(x + mean) / gamma});
    }
    return sum;
}

// Integral over the radius r of R^d: density d-sphere area r^{d-1} (2 pi v)^{-d/2} e^{-r^2/2v}; r = e^q.
inline ClassReference radial_by_brute_force(const law::Mixture& mixture, const dynamics::TimePoint& at) {
    const double d = mixture.dimension();
    const auto classes = static_cast<std::size_t>(mixture.labels.classes().classes());
    const double log_area = std::log(2.0) + 0.5 * d * std::log(std::numbers::pi) - std::lgamma(0.5 * d);
    const int points = 200000;
    const double low = -30.0, high = 12.0;
    ClassReference sum;
    for (int i = 0; i <= points; ++i) {
        const double q = low + (high - low) * i / points, r = std::exp(q);
        std::vector<double> joint(classes, 0.0), score(classes, 0.0);
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

// Central differences with one Richardson step: error O(h^4).
template <class F>
double slope(const F& f, double t, double h) {
    const auto central = [&](double step) { return (f(t + step) - f(t - step)) / (2 * step); };
    return (4.0 * central(h) - central(2 * h)) / 3.0;
}

}  // namespace kairos::test
