// tests/phases/plain_drift.hpp: drift and density of a Gaussian mixture written anew, dense, for references.
#pragma once
#include <vector>

#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/law.hpp"

namespace kairos::test {

// A law with explicit coordinates only, components of dense covariance.
struct PlainMixture {
    std::vector<Vector> means;
    std::vector<Matrix> covariances;  // one each
    std::vector<double> weights;
};
[[nodiscard]] PlainMixture plain(const law::Mixture& mixture);

[[nodiscard]] double log_density(const PlainMixture& mixture, const dynamics::TimePoint& at, const Vector& x);
// b = -f x + strength g^2 grad log p, the gradient in closed form.
[[nodiscard]] Vector plain_drift(const PlainMixture& mixture, const dynamics::TimePoint& at, double strength,
                                 const Vector& x);

// Zeros of the drift in a square of the plane (two coordinates) of this half width about the origin: Newton with differences of
// `plain_drift` from every node of a grid.
[[nodiscard]] std::vector<Vector> zeros_in_the_plane(const PlainMixture& mixture,
                                                     const dynamics::TimePoint& at, double strength,
                                                     double half_width, int nodes);

// Points as a law of data, two clusters and the like: K components of one isotropic variance.
[[nodiscard]] law::Law isotropic_law(const Matrix& means, double variance, double complement = 0.0);

}  // namespace kairos::test
