// Top eigenvalue of the data covariance. With s2 = sum_k w_k isotropic_k it is s2 I + M,
//
//   M = sum_k w_k ( diag(diagonal_k) + U_k diag(excess_k) U_k^T + (mean_k - mean)(mean_k - mean)^T ),
//
// and s2 alone in the complement. Few coordinates: M is built and diagonalised. Many: Lanczos with full
// reorthogonalisation, which needs products M v only and ends after as many steps as M has distinct
// eigenvalues.
#include <algorithm>
#include <cmath>

#include "kairos/base/decompositions.hpp"
#include "kairos/law/mixture.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::law {
namespace {

constexpr Index dense_limit = 512;
constexpr Index lanczos_steps = 400;
constexpr Index block_size = 1024;
constexpr double accuracy = 1e-10;

double mean_isotropic(const Mixture& mixture) {
    if (mixture.shares_covariance()) return mixture.covariances[0].isotropic;
    double sum = 0.0;
    for (Index k = 0; k < mixture.components(); ++k)
        sum += mixture.weights[k] * mixture.covariance(k).isotropic;
    return sum;
}

// Calls visit(covariance, weight) for every anisotropic covariance; the weights of a shared one add up to 1.
template <class Visit>
void for_each_anisotropic(const Mixture& mixture, const Visit& visit) {
    const auto count = static_cast<Index>(mixture.covariances.size());
    for (Index k = 0; k < count; ++k) {
        const Covariance& covariance = mixture.covariance(k);
        if (!covariance.is_isotropic())
            visit(covariance, mixture.shares_covariance() ? 1.0 : mixture.weights[k]);
    }
}

double dense_top(const Mixture& mixture, const Vector& mean) {
    const Index r = mixture.coordinates();
    Matrix m = Matrix::Zero(r, r);
    for_each_anisotropic(mixture, [&](const Covariance& covariance, double weight) {
        m += weight * covariance.dense(r);
        m.diagonal().array() -= weight * covariance.isotropic;
    });
    for (Index first = 0; first < mixture.components(); first += block_size) {
        const Index count = std::min(block_size, mixture.components() - first);
        const Matrix centred = (mixture.means.middleCols(first, count).colwise() - mean) *
                               mixture.weights.segment(first, count).cwiseSqrt().asDiagonal();
        m.noalias() += centred * centred.transpose();
    }
    return symmetric_eigenvalues(m)[r - 1];
}

// M v
Vector product(const Mixture& mixture, const Vector& mean, const Vector& v) {
    Vector weighted = mixture.means.transpose() * v;
    weighted = mixture.weights.array() * (weighted.array() - mean.dot(v));
    Vector result = mixture.means * weighted - mean * weighted.sum();
    for_each_anisotropic(mixture, [&](const Covariance& covariance, double weight) {
        if (covariance.diagonal.size() > 0) result += weight * covariance.diagonal.cwiseProduct(v);
        if (covariance.excess.size() > 0) {
            const Vector along = covariance.excess.cwiseProduct(covariance.directions.transpose() * v);
            result.noalias() += weight * (covariance.directions * along);
        }
    });
    return result;
}

Vector random_unit_vector(Index size) {
    Rows draw(size, 1);
    random::fill_normals({.seed = 0, .purpose = random::Purpose::top_variance}, TrajectoryId{0}, StepId{0}, 0,
                         draw);
    return draw.col(0).normalized();
}

// Largest eigenvalue of the tridiagonal matrix after `steps` steps, and the length of its eigenvector's
// residual over the largest eigenvalue in size: an eigenvalue of M lies that close.
struct Ritz {
    double value, residual;
};

Ritz largest_ritz(const Vector& alpha, const Vector& beta, Index steps) {
    const auto [values, vectors] = tridiagonal_eigen(alpha.head(steps), beta.head(steps - 1));
    const double scale = values.cwiseAbs().maxCoeff();
    const double length = beta[steps - 1] * std::abs(vectors(steps - 1, steps - 1));
    return {values[steps - 1], scale > 0.0 ? length / scale : 0.0};
}

double lanczos_top(const Mixture& mixture, const Vector& mean) {
    const Index limit = std::min(lanczos_steps, mixture.coordinates());
    Matrix basis(mixture.coordinates(), limit);
    basis.col(0) = random_unit_vector(mixture.coordinates());
    Vector alpha(limit), beta(limit);
    for (Index steps = 1;; ++steps) {
        const Index j = steps - 1;
        Vector next = product(mixture, mean, basis.col(j));
        alpha[j] = basis.col(j).dot(next);
        const auto known = basis.leftCols(steps);
        for (int pass = 0; pass < 2; ++pass) next -= known * (known.transpose() * next).eval();
        beta[j] = next.norm();

        const bool invariant = beta[j] <= accuracy * alpha.head(steps).cwiseAbs().maxCoeff();
        if (invariant || steps < 16 || steps % 8 == 0 || steps == limit) {
            const Ritz ritz = largest_ritz(alpha, beta, steps);
            if (invariant || steps == limit || ritz.residual <= accuracy) return ritz.value;
        }
        basis.col(steps) = next / beta[j];
    }
}

}  // namespace

double top_data_variance(const Mixture& mixture) {
    const double isotropic = mean_isotropic(mixture);
    if (mixture.coordinates() == 0) return isotropic;
    const Vector mean = total_mean(mixture);
    const double explicit_top =
        isotropic +
        (mixture.coordinates() <= dense_limit ? dense_top(mixture, mean) : lanczos_top(mixture, mean));
    return mixture.complement > 0.0 ? std::max(explicit_top, isotropic) : explicit_top;
}

}  // namespace kairos::law
