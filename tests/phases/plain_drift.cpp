#include "phases/plain_drift.hpp"

#include <cmath>
#include <numbers>

#include "support/dense.hpp"

namespace kairos::test {
namespace {

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

PlainDrift::PlainDrift(const PlainMixture& mixture, const dynamics::TimePoint& at, double strength)
    : constants_(mixture.weights.size()),
      drift_(at.drift),
      pull_(strength * at.diffusion2),
      noise_(std::sqrt(at.sigma2)) {
    for (std::size_t k = 0; k < mixture.means.size(); ++k) {
        const Index d = mixture.means[k].size();
        const Matrix spread =
            at.alpha * at.alpha * mixture.covariances[k] + at.sigma2 * Matrix::Identity(d, d);
        centres_.emplace_back(at.alpha * mixture.means[k]);
        inverses_.push_back(inverse(spread));
        constants_[static_cast<Index>(k)] =
            std::log(mixture.weights[k]) - 0.5 * log_determinant(2.0 * std::numbers::pi * spread);
    }
}

Vector PlainDrift::log_terms(const Vector& x) const {
    Vector terms = constants_;
    for (std::size_t k = 0; k < centres_.size(); ++k)
        terms[static_cast<Index>(k)] -= 0.5 * (x - centres_[k]).dot(inverses_[k] * (x - centres_[k]));
    return terms;
}

double PlainDrift::log_density(const Vector& x) const {
    const Vector terms = log_terms(x);
    const double most = terms.maxCoeff();
    return most + std::log((terms.array() - most).exp().sum());
}

Vector PlainDrift::operator()(const Vector& x) const {
    const Vector terms = log_terms(x);
    const Vector weights = (terms.array() - terms.maxCoeff()).exp();
    Vector score = Vector::Zero(x.size());
    for (std::size_t k = 0; k < centres_.size(); ++k)
        score -= weights[static_cast<Index>(k)] / weights.sum() * (inverses_[k] * (x - centres_[k]));
    return -drift_ * x + pull_ * score;
}

std::vector<Vector> zeros_in_the_plane(const PlainDrift& drift, double half_width, int nodes) {
    const double unit = drift.noise(), step = 1e-5 * unit;
    const auto node = [&](int i) { return half_width * (2.0 * i / (nodes - 1) - 1.0); };
    std::vector<Vector> zeros;
    for (int n = 0; n < nodes * nodes; ++n) {
        Vector x = Vector{{node(n % nodes), node(n / nodes)}};
        double size = 1.0;
        for (int i = 0; i < 60 && size > 1e-10 * unit; ++i) {
            Matrix slope(2, 2);
            for (Index j = 0; j < 2; ++j) {
                const Vector aside = step * Vector::Unit(2, j);
                slope.col(j) = (drift(x + aside) - drift(x - aside)) / (2.0 * step);
            }
            const Vector move = -(inverse(slope) * drift(x));
            size = move.norm();
            x += size > 0.3 * unit ? Vector(move * (0.3 * unit / size)) : move;
        }
        if (size <= 1e-10 * unit && !has(zeros, x, 1e-5 * unit)) zeros.push_back(x);
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
