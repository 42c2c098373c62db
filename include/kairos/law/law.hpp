// include/kairos/law/law.hpp: a data law as the simulator uses it, with what the theory needs to know of its origin.
#pragma once
#include <optional>
#include <string>

#include "kairos/law/mixture.hpp"

namespace kairos::law {

// +-m with |m|^2 = d mu^2 and isotropic within-class variance: the standard test. Weights and variances may differ.
struct TwoClusters {
    double mean_norm2 = 0.0;   // |m|^2
    double weight_plus = 0.5;  // weight of +m (component of class 0)
    double variance_plus = 1.0, variance_minus = 1.0;
};

struct Law {
    Mixture mixture;         // what the posterior is computed from
    bool empirical = false;  // components are data: datum_* observables exist
    Mixture population;      // for an empirical law drawn from a mixture: that mixture, else empty (K = 0)
    Vector axis;  // m in explicit coordinates: the order parameter m.x/(alpha |m|^2); empty where undefined
    std::optional<TwoClusters> two_clusters;  // the population is exactly this: closed theory exists
    bool reduced = false;                     // mixture is in reduced coordinates
    std::string model;                        // name of data.model
};

}  // namespace kairos::law
