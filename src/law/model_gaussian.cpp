// Models that are one Gaussian with mean 0: low-rank and gaussian-process.
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "eigen_form.hpp"
#include "kairos/base/error.hpp"
#include "kairos/random/noise.hpp"
#include "model_parts.hpp"

namespace kairos::law {
namespace {

constexpr double largest_dense_dimension = 8192;

Law one_gaussian(const ModelSpec& spec, Index coordinates, Covariance covariance) {
    Law law;
    law.mixture.means = Matrix::Zero(coordinates, 1);
    law.mixture.weights = normalised_weights(spec, 1);
    law.mixture.covariances = {std::move(covariance)};
    law.mixture.complement = spec.dimension - static_cast<double>(coordinates);
    return law;
}

Covariance low_rank_isotropic(const ModelSpec& spec) {
    if (spec.rank < 1 || static_cast<double>(spec.rank) > spec.dimension) {
        throw ConfigError("data.rank", std::to_string(spec.rank), "is no number of directions",
                          "1 to data.dimension = " + in_words(spec.dimension), "Try --data.rank=1.");
    }
    if (!(std::isfinite(spec.residual_sigma) && spec.residual_sigma >= 0.0)) {
        throw ConfigError("data.residual-sigma", in_words(spec.residual_sigma), "is no standard deviation",
                          "0 or a positive number", "Try --data.residual-sigma=0.");
    }
    Covariance covariance;
    covariance.isotropic = spec.residual_sigma * spec.residual_sigma;
    return covariance;
}

// Orthonormal, uniform over all frames: QR of Gaussian columns with the signs fixed so that R has a positive
// diagonal.
Matrix random_frame(const ModelSpec& spec) {
    const Index d = stored_dimension(spec);
    Rows normals(d, spec.rank);
    random::fill_normals({.seed = spec.seed, .purpose = random::Purpose::data_directions}, TrajectoryId{0},
                         StepId{0}, 0, normals);
    const Eigen::HouseholderQR<Matrix> qr{Matrix(normals)};
    Matrix frame = qr.householderQ() * Matrix::Identity(d, spec.rank);
    for (Index j = 0; j < spec.rank; ++j) {
        if (qr.matrixQR()(j, j) < 0.0) frame.col(j) *= -1.0;
    }
    return frame;
}

// k(u), the kernel over its variance.
double kernel(KernelKind kind, double u) {
    switch (kind) {
        case KernelKind::rbf:
            return std::exp(-0.5 * u * u);
        case KernelKind::exponential:
            return std::exp(-u);
        case KernelKind::matern_3_2:
            return (1.0 + std::numbers::sqrt3 * u) * std::exp(-std::numbers::sqrt3 * u);
    }
    return 0.0;
}

// S_ij = band[|i - j|] on the equidistant points
Vector covariance_band(const ModelSpec& spec) {
    if (!(std::isfinite(spec.length_scale) && spec.length_scale > 0.0)) {
        throw ConfigError("data.length-scale", in_words(spec.length_scale), "is no length",
                          "a positive number", "Try --data.length-scale=0.1.");
    }
    if (spec.dimension > largest_dense_dimension) {
        throw ConfigError(
            "data.dimension", in_words(spec.dimension), "makes a dense covariance too large to diagonalise",
            "at most " + in_words(largest_dense_dimension) + " for data.model = gaussian-process",
            "Try --data.dimension=1024, or data.model = low-rank.");
    }
    const Index d = stored_dimension(spec);
    const double spacing = d > 1 ? 1.0 / static_cast<double>(d - 1) : 0.0;
    Vector band(d);
    for (Index i = 0; i < d; ++i)
        band[i] = kernel(spec.kernel, static_cast<double>(i) * spacing / spec.length_scale);
    return single_variance(spec) * band;
}

// S is symmetric about both diagonals, so its eigenvectors are even or odd under reversal of the points, and
// two problems of half the size give them all:
//   even (u, [m,] Ju)/sqrt(2):  E_ij = band[|i - j|] + band[d-1-i-j]   (the middle point of an odd d with
//   factor sqrt(2)) odd  (u, [0,] -Ju)/sqrt(2): O_ij = band[|i - j|] - band[d-1-i-j]
struct Halves {
    Eigen::SelfAdjointEigenSolver<Matrix> even, odd;
};

Halves diagonalise(const Vector& band, Eigen::DecompositionOptions options) {
    const Index d = band.size(), half = d / 2;
    Matrix even(d - half, d - half), odd(half, half);
    for (Index i = 0; i < half; ++i) {
        for (Index j = 0; j < half; ++j) {
            even(i, j) = band[std::abs(i - j)] + band[d - 1 - i - j];
            odd(i, j) = band[std::abs(i - j)] - band[d - 1 - i - j];
        }
    }
    if (d % 2 == 1) {
        for (Index i = 0; i < half; ++i) even(i, half) = even(half, i) = std::numbers::sqrt2 * band[half - i];
        even(half, half) = band[0];
    }
    Halves halves;
    halves.even.compute(even, options);
    if (half > 0) halves.odd.compute(odd, options);
    return halves;
}

Vector all_eigenvalues(const Halves& halves, Index d) {
    Vector values(d);
    values.head(d - d / 2) = halves.even.eigenvalues();
    if (d > 1) values.tail(d / 2) = halves.odd.eigenvalues();
    return values;
}

Matrix all_eigenvectors(const Halves& halves, Index d) {
    const Index half = d / 2, evens = d - half;
    const double scale = 1.0 / std::numbers::sqrt2;
    Matrix vectors = Matrix::Zero(d, d);
    const Matrix& even = halves.even.eigenvectors();
    vectors.topLeftCorner(half, evens) = scale * even.topRows(half);
    vectors.bottomLeftCorner(half, evens) = scale * even.topRows(half).colwise().reverse();
    if (d % 2 == 1) vectors.row(half).head(evens) = even.row(half);
    if (half == 0) return vectors;
    const Matrix& odd = halves.odd.eigenvectors();
    vectors.topRightCorner(half, half) = scale * odd;
    vectors.bottomRightCorner(half, half) = -scale * odd.colwise().reverse();
    return vectors;
}

}  // namespace

Law low_rank(const ModelSpec& spec) {
    Covariance covariance = low_rank_isotropic(spec);
    covariance.diagonal = Vector::Constant(spec.rank, single_variance(spec) - covariance.isotropic);
    return one_gaussian(spec, spec.rank, std::move(covariance));
}

Law full_low_rank(const ModelSpec& spec) {
    check_random_dimension(spec);
    Covariance covariance = low_rank_isotropic(spec);
    covariance.excess = Vector::Constant(spec.rank, single_variance(spec) - covariance.isotropic);
    covariance.directions = random_frame(spec);
    return one_gaussian(spec, stored_dimension(spec), std::move(covariance));
}

Law gaussian_process(const ModelSpec& spec) {
    const Vector band = covariance_band(spec);
    Vector values = without_noise(all_eigenvalues(diagonalise(band, Eigen::EigenvaluesOnly), band.size()));
    std::sort(values.begin(), values.end(), std::greater<>());
    Covariance covariance;
    covariance.diagonal = values.head((values.array() > 0.0).count());
    const Index coordinates = covariance.diagonal.size();
    return one_gaussian(spec, coordinates, std::move(covariance));
}

Law full_gaussian_process(const ModelSpec& spec) {
    const Vector band = covariance_band(spec);
    const Halves halves = diagonalise(band, Eigen::ComputeEigenvectors);
    const Index d = band.size();
    return one_gaussian(spec, d, from_eigenpairs(all_eigenvalues(halves, d), all_eigenvectors(halves, d)));
}

}  // namespace kairos::law
