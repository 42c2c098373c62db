// tests/measure/covariances.hpp: the three forms of a covariance, in one line each.
#pragma once
#include <utility>

#include "kairos/law/covariance.hpp"

namespace kairos::test {

inline law::Covariance isotropic(double variance) {
    law::Covariance covariance;
    covariance.isotropic = variance;
    return covariance;
}

inline law::Covariance diagonal(double variance, Vector added) {
    law::Covariance covariance = isotropic(variance);
    covariance.diagonal = std::move(added);
    return covariance;
}

// directions: orthonormal columns
inline law::Covariance along(double variance, Matrix directions, Vector excess) {
    law::Covariance covariance = isotropic(variance);
    covariance.directions = std::move(directions);
    covariance.excess = std::move(excess);
    return covariance;
}

}  // namespace kairos::test
