// Models that are one Gaussian with mean 0: low-rank and gaussian-process.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "eigen_form.hpp"
#include "kairos/base/decompositions.hpp"
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
                          "1 to data.dimension = " + to_text(spec.dimension), "Try --data.rank=1.");
    }
    if (!(std::isfinite(spec.residual_sigma) && spec.residual_sigma >= 0.0)) {
        throw ConfigError("data.residual-sigma", to_text(spec.residual_sigma), "is no standard deviation",
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
    return orthonormal_frame(normals);
}

// k(u), the kernel over its variance.
double kernel(KernelKind kind, double u) {
    switch (kind) {
        case KernelKind::rbf:
            return std::exp(-0.5 * u * u);
        case KernelKind::exponential:
            return std::exp(-u);
        case KernelKind::matern_3_2:
            return std::isinf(u) ? 0.0 : (1.0 + std::numbers::sqrt3 * u) * std::exp(-std::numbers::sqrt3 * u);
    }
    return 0.0;
}

// S_ij = band[|i - j|] on the equidistant points
Vector covariance_band(const ModelSpec& spec) {
    if (!(std::isfinite(spec.length_scale) && spec.length_scale > 0.0)) {
        throw ConfigError("data.length-scale", to_text(spec.length_scale), "is no length",
                          "a positive number", "Try --data.length-scale=0.1.");
    }
    if (spec.dimension > largest_dense_dimension) {
        throw ConfigError(
            "data.dimension", to_text(spec.dimension), "makes a dense covariance too large to diagonalise",
            "at most " + to_text(largest_dense_dimension) + " for data.model = gaussian-process",
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
    Matrix even, odd;
};

Halves halves_of(const Vector& band) {
    const Index d = band.size(), half = d / 2;
    Halves halves{Matrix(d - half, d - half), Matrix(half, half)};
    for (Index i = 0; i < half; ++i) {
        for (Index j = 0; j < half; ++j) {
            halves.even(i, j) = band[std::abs(i - j)] + band[d - 1 - i - j];
            halves.odd(i, j) = band[std::abs(i - j)] - band[d - 1 - i - j];
        }
    }
    if (d % 2 == 0) return halves;
    for (Index i = 0; i < half; ++i)
        halves.even(i, half) = halves.even(half, i) = std::numbers::sqrt2 * band[half - i];
    halves.even(half, half) = band[0];
    return halves;
}

Vector all_eigenvalues(const Vector& band) {
    const Halves halves = halves_of(band);
    Vector values(band.size());
    values << symmetric_eigenvalues(halves.even), symmetric_eigenvalues(halves.odd);
    return values;
}

// The values in the order of all_eigenvalues.
EigenPairs all_eigenpairs(const Vector& band) {
    const Index d = band.size(), half = d / 2, evens = d - half;
    const double scale = 1.0 / std::numbers::sqrt2;
    const Halves halves = halves_of(band);
    const EigenPairs even = symmetric_eigen(halves.even), odd = symmetric_eigen(halves.odd);
    EigenPairs all{Vector(d), Matrix::Zero(d, d)};
    all.values << even.values, odd.values;
    all.vectors.topLeftCorner(half, evens) = scale * even.vectors.topRows(half);
    all.vectors.bottomLeftCorner(half, evens) = scale * even.vectors.topRows(half).colwise().reverse();
    if (d % 2 == 1) all.vectors.row(half).head(evens) = even.vectors.row(half);
    if (half == 0) return all;
    all.vectors.topRightCorner(half, half) = scale * odd.vectors;
    all.vectors.bottomRightCorner(half, half) = -scale * odd.vectors.colwise().reverse();
    return all;
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
    Vector values = without_noise(all_eigenvalues(band));
    std::sort(values.begin(), values.end(), std::greater<>());
    Covariance covariance;
    covariance.diagonal = values.head((values.array() > 0.0).count());
    const Index coordinates = covariance.diagonal.size();
    return one_gaussian(spec, coordinates, std::move(covariance));
}

Law full_gaussian_process(const ModelSpec& spec) {
    const EigenPairs pairs = all_eigenpairs(covariance_band(spec));
    return one_gaussian(spec, pairs.values.size(), from_eigenpairs(pairs.values, pairs.vectors));
}

}  // namespace kairos::law
