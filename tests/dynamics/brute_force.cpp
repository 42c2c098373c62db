#include "dynamics/brute_force.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace kairos::test {

law::Law law_of(law::Mixture mixture) {
    law::Law law;
    law.mixture = std::move(mixture);
    return law;
}

law::Covariance diagonal(double variance, const Vector& extra) {
    law::Covariance c = isotropic(variance);
    c.diagonal = extra;
    return c;
}

law::Covariance directed(double variance, const Matrix& directions, const Vector& excess) {
    law::Covariance c = isotropic(variance);
    c.directions = directions;
    c.excess = excess;
    return c;
}

Matrix dense(const law::Covariance& c, Index d) {
    Matrix s = c.isotropic * Matrix::Identity(d, d);
    if (c.diagonal.size() > 0) {
        s.diagonal().head(c.diagonal.size()) += c.diagonal;
    }
    if (c.excess.size() > 0) {
        const Index r = c.directions.rows();
        s.topLeftCorner(r, r) += c.directions * c.excess.asDiagonal() * c.directions.transpose();
    }
    return s;
}

BruteForce brute_force(const law::Mixture& mixture, const Vector& x, const dynamics::TimePoint& time) {
    const Index d = x.size(), K = mixture.components();
    BruteForce out;
    Vector logs(K);
    Vector mean = Vector::Zero(d);
    Matrix second = Matrix::Zero(d, d);
    std::vector<Vector> means;
    std::vector<Matrix> covariances;
    for (Index k = 0; k < K; ++k) {
        Vector mu = Vector::Zero(d);
        mu.head(mixture.coordinates()) = mixture.means.col(k);
        const Matrix S = dense(mixture.covariance(k), d);
        const Matrix C = time.alpha * time.alpha * S + time.sigma2 * Matrix::Identity(d, d);
        const Matrix precision = test::inverse(C);
        const Vector delta = x - time.alpha * mu;
        out.scores.push_back(-precision * delta);
        logs[k] = std::log(mixture.weights[k]) - 0.5 * delta.dot(precision * delta) -
                  0.5 * test::log_determinant(2.0 * std::numbers::pi * C);
        means.push_back(mu + time.alpha * S * precision * delta);
        covariances.push_back(S - time.alpha * time.alpha * S * precision * S);
    }
    const double total = (logs.array() - logs.maxCoeff()).exp().sum();
    out.log_density = logs.maxCoeff() + std::log(total);
    out.weights = (logs.array() - out.log_density).exp();
    out.score = Vector::Zero(d);
    for (Index k = 0; k < K; ++k) {
        const auto i = static_cast<std::size_t>(k);
        out.score += out.weights[k] * out.scores[i];
        mean += out.weights[k] * means[i];
        second += out.weights[k] * covariances[i];
    }
    for (Index k = 0; k < K; ++k) {
        const auto i = static_cast<std::size_t>(k);
        out.spread += out.weights[k] * (out.scores[i] - out.score).squaredNorm();
        second += out.weights[k] * (means[i] - mean) * (means[i] - mean).transpose();
    }
    out.covariance = second;
    return out;
}

Vector full_state(const law::Mixture& mixture, const dynamics::States& states, Index j) {
    Vector x = Vector::Zero(static_cast<Index>(mixture.dimension()));
    x.head(states.x.rows()) = states.x.col(j);
    if (mixture.complement > 0) {
        x[states.x.rows()] = std::sqrt(states.radius2[j]);
    }
    return x;
}

Normals::Normals(unsigned seed) : generator_(seed) {}

double Normals::operator()() { return normal_(generator_); }

Matrix Normals::matrix(Index rows, Index columns) {
    Matrix out(rows, columns);
    for (double& value : out.reshaped()) {
        value = (*this)();
    }
    return out;
}

Matrix random_orthonormal(Index rows, Index columns, unsigned seed) {
    const Matrix a = Normals(seed).matrix(rows, columns);
    return test::orthonormal(a);
}

law::Labels labels_of(const std::vector<int>& class_of) {
    law::Level level;
    level.class_of = class_of;
    for (int c = 0; c <= *std::max_element(class_of.begin(), class_of.end()); ++c) {
        level.values.push_back(c);
    }
    return {.levels = {level}, .class_level = 0};
}

dynamics::States random_states(const law::Mixture& mixture, Index count, double width, unsigned seed) {
    Normals normal(seed);
    dynamics::States states;
    states.x = width * normal.matrix(mixture.coordinates(), count);
    states.radius2 = Lanes::Zero(count);
    if (mixture.complement > 0) {
        for (double& radius2 : states.radius2) {
            radius2 = mixture.complement * std::pow(1.0 + 0.3 * normal(), 2);
        }
    }
    return states;
}

dynamics::TimePoint at(double alpha, double sigma2) {
    dynamics::TimePoint time;
    time.alpha = alpha;
    time.sigma2 = sigma2;
    return time;
}

dynamics::Posterior evaluate(const law::Mixture& mixture, const dynamics::States& states,
                             const dynamics::TimePoint& time, const dynamics::Request& request) {
    const law::Law law = law_of(mixture);
    dynamics::PosteriorEvaluator evaluator(law);
    dynamics::Posterior posterior;
    evaluator.evaluate(states, time, request, posterior);
    return posterior;
}

}  // namespace kairos::test
