#include "kairos/law/reduction.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "span.hpp"

namespace kairos::law {
namespace {

bool all_isotropic(const Mixture& mixture) {
    return std::ranges::all_of(mixture.covariances, [](const Covariance& c) { return c.is_isotropic(); });
}

// All that V must hold: means, the axis of the order parameter, means of the population that data were drawn
// from.
Matrix vectors_to_span(const Law& law) {
    const Index r = law.mixture.coordinates();
    const Index axis = law.axis.size() > 0 ? 1 : 0;
    const Index population = law.population.components();
    if (axis + population == 0) return law.mixture.means;
    Matrix vectors(r, law.mixture.components() + axis + population);
    vectors << law.mixture.means, Matrix(law.axis).reshaped(r, axis),
        law.population.means.reshaped(r, population);
    return vectors;
}

void project(Mixture& mixture, const Matrix& basis) {
    if (basis.rows() == basis.cols() && basis.isIdentity(0.0)) return;  // a dataset that spans everything
    mixture.complement += static_cast<double>(basis.rows() - basis.cols());
    mixture.means = Points::made(basis.cols(), mixture.components(),
                                 [&](auto means) { means.noalias() = basis.transpose() * mixture.means; });
}

// The same mixture with `extra` more explicit coordinates, taken from the complement.
void extend(Mixture& mixture, Index extra) {
    const Index r = mixture.coordinates();
    mixture.means = Points::made(r + extra, mixture.components(), [&](auto means) {
        means.topRows(r) = mixture.means;
        means.bottomRows(extra).setZero();
    });
    mixture.complement -= static_cast<double>(extra);
    for (Covariance& covariance : mixture.covariances) {
        if (covariance.diagonal.size() > 0) {
            covariance.diagonal.conservativeResizeLike(Vector::Zero(r + extra));
        }
        if (covariance.excess.size() > 0) {
            covariance.directions.conservativeResizeLike(
                Matrix::Zero(r + extra, covariance.directions.cols()));
        }
    }
}

Law extended(const Law& law, Index extra) {
    Law result = law;
    extend(result.mixture, extra);
    if (result.population.components() > 0) extend(result.population, extra);
    if (result.axis.size() > 0)
        result.axis.conservativeResizeLike(Vector::Zero(result.mixture.coordinates()));
    return result;
}

}  // namespace

bool can_reduce(const Mixture& mixture) { return mixture.components() == 1 || all_isotropic(mixture); }

Reduction reduce(const Law& law) {
    if (!can_reduce(law.mixture)) {
        throw std::domain_error("several components with anisotropic covariances have no reduction");
    }
    const EigenSplit split = split_covariance(law.mixture);
    const Matrix basis = complete_basis(split.directions, vectors_to_span(law));

    Reduction result{.law = law, .basis = basis};
    Law& reduced = result.law;
    reduced.reduced = true;
    project(reduced.mixture, basis);
    if (!all_isotropic(law.mixture)) {
        Covariance covariance;
        covariance.isotropic = split.base;
        if (split.excess.size() > 0) {
            covariance.diagonal = Vector::Zero(basis.cols());
            covariance.diagonal.head(split.excess.size()) = split.excess;
        }
        reduced.mixture.covariances = {covariance};
    }
    if (law.axis.size() > 0) reduced.axis = basis.transpose() * law.axis;
    if (law.population.components() > 0) {
        if (all_isotropic(law.population)) {
            project(reduced.population, basis);
        } else {
            reduced.population = {};
        }
    }
    return result;
}

Law expose_one(const Law& reduced) {
    if (reduced.mixture.complement < 1.0)
        throw std::domain_error("the law has no complement to take a coordinate from");
    return extended(reduced, 1);
}

Law embed(const Law& reduced) {
    Law result = extended(reduced, static_cast<Index>(reduced.mixture.complement));
    result.reduced = false;
    return result;
}

}  // namespace kairos::law
