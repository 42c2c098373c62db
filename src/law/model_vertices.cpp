// Models whose means are the vertices of a regular simplex: two clusters are the simplex of two vertices.
#include <algorithm>
#include <cmath>

#include "model_parts.hpp"

namespace kairos::law {
namespace {

// +-m: what the closed theory of two clusters needs to know, and the axis of the order parameter.
void describe_two_clusters(Law& law) {
    const Mixture& mixture = law.mixture;
    law.axis = mixture.means.col(0);
    law.two_clusters = TwoClusters{.mean_norm2 = law.axis.squaredNorm(),
                                   .weight_plus = mixture.weights[0],
                                   .variance_plus = mixture.covariance(0).isotropic,
                                   .variance_minus = mixture.covariance(1).isotropic};
}

Law isotropic_law(const ModelSpec& spec, const Matrix& means) {
    Law law;
    Mixture& mixture = law.mixture;
    mixture.weights = normalised_weights(spec, means.cols());
    mixture.covariances = isotropic_covariances(spec, means.cols());
    mixture.complement = spec.dimension - static_cast<double>(means.rows());
    mixture.labels = each_its_own_class(means.cols());
    mixture.means = means;
    return law;
}

Law separated(const ModelSpec& spec) {
    check_square_storage("data.components", static_cast<double>(spec.components));
    Law law = isotropic_law(
        spec, simplex_vertices(spec.components, spec.dimension * spec.separation * spec.separation));
    if (spec.components == 2) describe_two_clusters(law);
    return law;
}

}  // namespace

// Vertex j is the first to leave the hyperplane of coordinate j: it takes what is left of its squared norm,
// and the later ones share the opposite of it.
Matrix simplex_vertices(Index count, double norm2) {
    Matrix vertices = Matrix::Zero(count - 1, count);
    const auto n = static_cast<double>(count);
    for (Index j = 0; j + 1 < count; ++j) {
        const auto later = static_cast<double>(count - 1 - j);
        const double height = std::sqrt(norm2 * n * later / ((n - 1.0) * (later + 1.0)));
        vertices(j, j) = height;
        vertices.row(j).tail(count - 1 - j).setConstant(-height / later);
    }
    return vertices;
}

Law two_clusters(const ModelSpec& spec) {
    check_components(spec, 2, 2.0, "contradicts data.model = two-clusters");
    check_separation(spec, false);
    return separated(spec);
}

Law simplex(const ModelSpec& spec) {
    check_components(spec, 2, spec.dimension + 1.0,
                     "is no number of vertices of a simplex in data.dimension = " + to_text(spec.dimension));
    check_separation(spec, false);
    return separated(spec);
}

Law unequal_variances(const ModelSpec& spec) {
    check_separation(spec, true);
    if (spec.separation > 0.0) return simplex(spec);
    check_components(spec, 2, 2147483647.0, "leaves no variances to differ");
    return isotropic_law(spec, Matrix::Zero(0, spec.components));
}

}  // namespace kairos::law
