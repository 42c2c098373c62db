#include "kairos/law/order_axes.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/base/decompositions.hpp"

namespace kairos::law {
namespace {

constexpr int most_classes = 16;
constexpr Index most_principal = 3;
constexpr double vanishing = 1e-12;  // |v|^2, relative to the largest |mean|^2

double scale_of(const Mixture& mixture) { return mixture.means.colwise().squaredNorm().maxCoeff(); }

void add_class_axes(const Law& law, std::vector<OrderAxis>& axes) {
    const Mixture& mixture = law.mixture;
    if (!mixture.labels.any() || mixture.labels.classes().classes() > most_classes) return;
    const Level& level = mixture.labels.classes();
    const Matrix differences = class_differences(mixture);
    for (int c = 0; c < level.classes(); ++c) {
        const std::string label = std::to_string(level.values[static_cast<std::size_t>(c)]);
        axes.push_back({std::string("class_").append(label), "from the mean of all to that of class " + label,
                        differences.col(c)});
    }
}

void add_principal_axes(const Law& law, std::vector<OrderAxis>& axes) {
    const PrincipalAxes found =
        principal_axes(law.population.components() > 0 ? law.population : law.mixture);
    for (Index i = 0; i < std::min(most_principal, found.variances.size()); ++i) {
        Index largest = 0;
        found.directions.col(i).cwiseAbs().maxCoeff(&largest);
        const double sign = found.directions(largest, i) < 0.0 ? -1.0 : 1.0;
        axes.push_back({std::string("principal_").append(std::to_string(i + 1)),
                        "principal axis of the means",
                        sign * std::sqrt(std::max(0.0, found.variances[i])) * found.directions.col(i)});
    }
}

}  // namespace

std::vector<OrderAxis> order_axes(const Law& law) {
    std::vector<OrderAxis> axes;
    if (law.axis.size() > 0) {
        axes.push_back({"m", "from the midpoint of the two clusters to the upper one", law.axis});
    } else {
        add_class_axes(law, axes);
        add_principal_axes(law, axes);
    }
    const double least = vanishing * scale_of(law.mixture);
    std::erase_if(axes, [&](const OrderAxis& axis) { return !(axis.v.squaredNorm() > least); });
    return axes;
}

PrincipalAxes principal_axes(const Mixture& mixture) {
    Matrix centred = mixture.means;
    centred.colwise() -= total_mean(mixture);
    centred *= mixture.weights.array().sqrt().matrix().asDiagonal();
    if (centred.size() == 0) return {Vector(0), Matrix(centred.rows(), 0)};
    if (centred.cols() > centred.rows()) {  // then the covariance is the smaller matrix
        const EigenPairs pairs = symmetric_eigen(centred * centred.transpose());
        return {pairs.values.reverse(), pairs.vectors.rowwise().reverse()};
    }
    const SingularPairs pairs = singular_pairs(centred);
    return {pairs.values.array().square(), pairs.left};
}

Matrix class_differences(const Mixture& mixture) {
    const Level& level = mixture.labels.classes();
    Matrix sums = Matrix::Zero(mixture.coordinates(), level.classes());
    Vector weights = Vector::Zero(level.classes());
    for (Index k = 0; k < mixture.components(); ++k) {
        const int c = level.class_of[static_cast<std::size_t>(k)];
        sums.col(c) += mixture.weights[k] * mixture.means.col(k);
        weights[c] += mixture.weights[k];
    }
    const Vector mean = total_mean(mixture);
    for (Index c = 0; c < sums.cols(); ++c)
        if (weights[c] > 0.0) sums.col(c) = sums.col(c) / weights[c] - mean;
    return sums;
}

Matrix between_classes(const Mixture& mixture) {
    const SingularPairs pairs = singular_pairs(class_differences(mixture));
    const double least = 1e-9 * std::sqrt(scale_of(mixture));
    const Index rank = (pairs.values.array() > least).count();
    return pairs.left.leftCols(rank);
}

double variance_along(const Covariance& covariance, const Vector& v) {
    double variance = covariance.isotropic * v.squaredNorm();
    if (covariance.diagonal.size() > 0) variance += v.dot(covariance.diagonal.asDiagonal() * v);
    if (covariance.excess.size() > 0) {
        const Vector along = covariance.directions.topRows(v.size()).transpose() * v;
        variance += along.dot(covariance.excess.asDiagonal() * along);
    }
    return variance;
}

}  // namespace kairos::law
