// Means with random entries: random-clusters, N(0, mu^2), and corners, +-mu by the sign of the same normals.
// Entry i of mean k is noise component i of trajectory k. Reduced: the same means up to a rotation, from
// their Gram matrix alone.
#include <algorithm>

#include "kairos/base/decompositions.hpp"
#include "kairos/base/error.hpp"
#include "kairos/random/noise.hpp"
#include "model_parts.hpp"

namespace kairos::law {
namespace {

constexpr Index block_numbers = Index{1} << 22;  // random numbers held at a time

// Calls visit(first coordinate, entries [block x K]) for consecutive blocks of coordinates.
template <class Visit>
void for_each_block(const ModelSpec& spec, const Visit& visit) {
    const Index d = stored_dimension(spec);
    const Index block =
        std::clamp<Index>(block_numbers / spec.components / 2 * 2, 2, 8192);  // even: normals come in pairs
    const random::Stream stream{.seed = spec.seed, .purpose = random::Purpose::data_means};
    Rows entries;
    for (Index first = 0; first < d; first += block) {
        entries.resize(std::min(block, d - first), spec.components);
        random::fill_normals(stream, TrajectoryId{0}, StepId{0}, static_cast<std::uint32_t>(first), entries);
        if (spec.kind == ModelKind::corners) {
            entries = (entries.array() >= 0.0).select(Rows::Ones(entries.rows(), entries.cols()), -1.0);
        }
        entries *= spec.separation;
        visit(first, entries);
    }
}

// r x K coordinates whose Gram matrix is the given one; r is its numerical rank. Cholesky where the means are
// clearly independent, else sqrt(Lambda) V^T (corners may coincide; a Cholesky pivot that is rounding noise
// would spoil the rest).
Matrix coordinates_of(const Matrix& gram) {
    constexpr double independent = 1e-10,
                     dependent = 1e-12;  // squared distance to the others' span, relative
    if (const auto factor = cholesky(gram)) {
        const double smallest = factor->diagonal().cwiseAbs2().minCoeff();
        if (smallest > independent * gram.diagonal().maxCoeff()) return *factor;
    }
    const auto [values, vectors] = symmetric_eigen(gram);
    const Index rank = (values.array() > dependent * values.maxCoeff()).count();
    return values.tail(rank).cwiseSqrt().asDiagonal() * vectors.rightCols(rank).transpose();
}

Law checked_law(const ModelSpec& spec) {
    check_components(spec, 1, 2147483647.0, "is no number of clusters");
    check_separation(spec, false);
    check_random_dimension(spec);
    Law law;
    law.mixture.weights = normalised_weights(spec, spec.components);
    law.mixture.covariances = isotropic_covariances(spec, spec.components);
    law.mixture.labels = each_its_own_class(spec.components);
    return law;
}

}  // namespace

Law random_means(const ModelSpec& spec) {
    if (static_cast<double>(spec.components) > spec.dimension) {
        throw ConfigError("ensemble.representation", "reduced",
                          "has nothing to reduce: data.components = " + std::to_string(spec.components) +
                              " means span all " + to_text(spec.dimension) + " dimensions",
                          "full or auto", "Try --ensemble.representation=full.");
    }
    check_square_storage("data.components", static_cast<double>(spec.components));
    Law law = checked_law(spec);
    Matrix gram = Matrix::Zero(spec.components, spec.components);
    for_each_block(spec,
                   [&](Index, const Rows& entries) { gram.noalias() += entries.transpose() * entries; });
    law.mixture.means = coordinates_of(gram);
    law.mixture.complement = spec.dimension - static_cast<double>(law.mixture.means.rows());
    return law;
}

Law full_random_means(const ModelSpec& spec) {
    Law law = checked_law(spec);
    law.mixture.means = Points::made(stored_dimension(spec), spec.components, [&](auto means) {
        for_each_block(spec, [&](Index first, const Rows& entries) {
            means.middleRows(first, entries.rows()) = entries;
        });
    });
    return law;
}

}  // namespace kairos::law
