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

// At one time: b = -f x + strength g^2 grad log p, the gradient in closed form.
class PlainDrift {
public:
    PlainDrift(const PlainMixture& mixture, const dynamics::TimePoint& at, double strength);
    [[nodiscard]] Vector operator()(const Vector& x) const;
    [[nodiscard]] double log_density(const Vector& x) const;
    [[nodiscard]] double noise() const { return noise_; }  // sigma

private:
    [[nodiscard]] Vector log_terms(const Vector& x) const;  // log( weight_k N(x; alpha mean_k, C_k) )

    std::vector<Vector> centres_;
    std::vector<Matrix> inverses_;
    Vector constants_;
    double drift_, pull_, noise_;
};

// Zeros of the drift in a square of the plane (two coordinates) of this half width about the origin: Newton with differences of
// the drift from every node of a grid.
[[nodiscard]] std::vector<Vector> zeros_in_the_plane(const PlainDrift& drift, double half_width, int nodes);

// Points as a law of data, two clusters and the like: K components of one isotropic variance.
[[nodiscard]] law::Law isotropic_law(const Matrix& means, double variance, double complement = 0.0);

}  // namespace kairos::test
