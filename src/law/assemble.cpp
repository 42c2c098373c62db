#include "kairos/law/assemble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace kairos::law {
namespace {

void require(bool condition, const char* problem) {
    if (!condition) throw std::domain_error(problem);
}

void normalise(Vector& weights, Index components) {
    if (weights.size() == 0) weights = Vector::Ones(components);
    require(weights.size() == components, "there is not one weight per component");
    require(weights.allFinite() && weights.minCoeff() > 0.0, "the weights are not all positive and finite");
    weights /= weights.maxCoeff();  // first, so that the sum cannot overflow
    weights /= weights.sum();
    require(weights.minCoeff() >= std::numeric_limits<double>::min(),
            "the weights differ by more than the range of doubles");
}

void check(const Covariance& covariance, Index coordinates) {
    const Index diagonal = covariance.diagonal.size(), excess = covariance.excess.size();
    require(std::isfinite(covariance.isotropic) && covariance.isotropic >= 0.0,
            "a variance is negative or not finite");
    require(diagonal == 0 || excess == 0, "a covariance is both diagonal and factored");
    require(diagonal == 0 || diagonal == coordinates,
            "a diagonal covariance has not one variance per coordinate");
    require(covariance.directions.cols() == excess &&
                (excess == 0 || covariance.directions.rows() == coordinates),
            "the directions of a covariance have the wrong shape");
    require(covariance.directions.allFinite(), "the directions of a covariance are not finite");
    for (const Vector* part : {&covariance.diagonal, &covariance.excess}) {
        if (part->size() == 0) continue;
        require(part->allFinite() && covariance.isotropic + part->minCoeff() >= 0.0,
                "a variance is negative or not finite");
    }
}

void check(const Labels& labels, Index components) {
    require(!labels.any() || labels.class_level < labels.levels.size(), "there is no such level of classes");
    for (const Level& level : labels.levels) {
        require(level.class_of.size() == static_cast<std::size_t>(components),
                "there is not one label per component");
        const auto known = [&](int c) { return c >= 0 && c < level.classes(); };
        require(std::ranges::all_of(level.class_of, known), "a component belongs to no class");
    }
}

}  // namespace

Law mixture_law(Mixture mixture) {
    const Index components = mixture.components();
    require(components > 0, "the mixture has no component");
    require(mixture.dimension() >= 1.0, "the mixture has no dimension");
    require(mixture.means.allFinite(), "the means are not all finite");
    normalise(mixture.weights, components);
    const std::size_t covariances = mixture.covariances.size();
    require(covariances == 1 || covariances == static_cast<std::size_t>(components),
            "there is neither one covariance nor one per component");
    for (const Covariance& covariance : mixture.covariances) check(covariance, mixture.coordinates());
    if (!mixture.labels.any()) mixture.labels = each_its_own_class(components);
    check(mixture.labels, components);

    Law law;
    law.model = "mixture-file";
    law.mixture = std::move(mixture);
    sort_by_class(law.mixture);
    return law;
}

}  // namespace kairos::law
