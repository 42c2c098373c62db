#include "phases/plain_drift.hpp"

#include <cmath>
#include <numbers>

#include "support/dense.hpp"

namespace kairos::test {
namespace {

Matrix spread_at(const PlainMixture& mixture, const dynamics::TimePoint& at, std::size_t k) {
    const Index d = mixture.means[k].size();
    return at.alpha * at.alpha * mixture.covariances[k] + at.sigma2 * Matrix::Identity(d, d);
}

// log( weight_k N(x; alpha mean_k, C_k) )
double log_term(const PlainMixture& mixture, const dynamics::TimePoint& at, std::size_t k, const Vector& x) {
    const Matrix spread = spread_at(mixture, at, k);
    const Vector away = x - at.alpha * mixture.means[k];
    return std::log(mixture.weights[k]) - 0.5 * away.dot(inverse(spread) * away) -
           0.5 * log_determinant(2.0 * std::numbers::pi * spread);
}

bool has(const std::vector<Vector>& list, const Vector& x, double tolerance) {
    for (const Vector& other : list)
        if ((other - x).norm() < tolerance) return true;
    return false;
}

}  // namespace

PlainMixture plain(const law::Mixture& mixture) {
    PlainMixture result;
    for (Index k = 0; k < mixture.components(); ++k) {
        result.means.emplace_back(mixture.means.col(k));
        result.covariances.push_back(mixture.covariance(k).dense(mixture.coordinates()));
        result.weights.push_back(mixture.weights[k]);
    }
    return result;
}

double log_density(const PlainMixture& mixture, const dynamics::TimePoint& at, const Vector& x) {
    double most = log_term(mixture, at, 0, x), sum = 0.0;
    for (std::size_t k = 1; k < mixture.means.size(); ++k) most = std::max(most, log_term(mixture, at, k, x));
    for (std::size_t k = 0; k < mixture.means.size(); ++k)
        sum += std::exp(log_term(mixture, at, k, x) - most);
    return most + std::log(sum);
}

Vector plain_drift(const PlainMixture& mixture, const dynamics::TimePoint& at, double strength,
                   const Vector& x) {
    const double total = log_density(mixture, at, x);
    Vector score = Vector::Zero(x.size());
    for (std::size_t k = 0; k < mixture.means.size(); ++k)
        score -= std::exp(log_term(mixture, at, k, x) - total) *
                 (inverse(spread_at(mixture, at, k)) * (x - at.alpha * mixture.means[k]));
    return -at.drift * x + strength * at.diffusion2 * score;
}

std::vector<Vector> zeros_in_the_plane(const PlainMixture& mixture, const dynamics::TimePoint& at,
                                       double strength, double half_width, int nodes) {
    const auto drift = [&](const Vector& x) { return plain_drift(mixture, at, strength, x); };
    const double unit = std::sqrt(at.sigma2), step = 1e-5 * unit;
    std::vector<Vector> zeros;
    for (int n = 0; n < nodes * nodes; ++n) {
        Vector x(2);
        x << half_width * (2.0 * (n % nodes) / (nodes - 1) - 1.0),
            half_width * (2.0 * (n / nodes) / (nodes - 1) - 1.0);
        double size = 1.0;
        for (int i = 0; i < 60 && size > 1e-11 * unit; ++i) {
            Matrix slope(2, 2);
            for (Index j = 0; j < 2; ++j)
                slope.col(j) = (drift(x + step * Vector::Unit(2, j)) - drift(x - step * Vector::Unit(2, j))) /
                               (2.0 * step);
            const Vector move = -(inverse(slope) * drift(x));
            size = move.norm();
            x += size > 0.3 * unit ? Vector(move * (0.3 * unit / size)) : move;
        }
        if (size <= 1e-11 * unit && !has(zeros, x, 1e-5 * unit)) zeros.push_back(x);
    }
    return zeros;
}

law::Law isotropic_law(const Matrix& means, double variance, double complement) {
    law::Law law;
    law.mixture.means = means;
    law.mixture.weights = Vector::Constant(means.cols(), 1.0 / static_cast<double>(means.cols()));
    law.mixture.covariances = {
        law::Covariance{.isotropic = variance, .diagonal = {}, .directions = {}, .excess = {}}};
    law.mixture.complement = complement;
    for (Index k = 0; k < means.cols(); ++k) law.mixture.origin.push_back(k);
    law.empirical = variance == 0.0;
    law.reduced = true;  // in the coordinates of `means`, whatever they span
    law.model = "test";
    return law;
}

}  // namespace kairos::test
