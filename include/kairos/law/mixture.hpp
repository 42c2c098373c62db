// include/kairos/law/mixture.hpp: the data law p_0 as a Gaussian mixture, finite datasets included.
//
//   p_0(y) = sum_k weight_k N(y; mean_k, S_k)
//
// y has r explicit coordinates and c more ("complement") in which every mean is 0 and every S_k is isotropic: of those only the
// squared radius R2 = |y_perp|^2 matters. Full representation is c = 0. The empirical law of n points is the case
// S = 0, K = n, one column of means a datum.
//
// Shapes: means r x K (one column a component), weights [K] (positive, sum 1), covariances: one shared by all, or K.
// Units: data. Source: docs/theory.md, "Data laws"; Biroli et al., arXiv 2402.18491, for the empirical law.
#pragma once
#include <cstdint>
#include <vector>

#include "kairos/base/array.hpp"
#include "kairos/law/covariance.hpp"
#include "kairos/law/labels.hpp"
#include "kairos/law/points.hpp"

namespace kairos::law {

struct Mixture {
    Points means;                         // r x K
    Vector weights;                       // [K]
    std::vector<Covariance> covariances;  // size 1 (shared) or K
    double complement = 0.0;              // c: a count, kept as double since d may be 1e9 and more
    Labels labels;
    std::vector<std::int64_t>
        origin;  // [K] index of each component in the user's numbering (sort_by_class moves them)

    [[nodiscard]] Index coordinates() const { return means.rows(); }
    [[nodiscard]] Index components() const { return means.cols(); }
    [[nodiscard]] double dimension() const { return static_cast<double>(means.rows()) + complement; }
    [[nodiscard]] bool shares_covariance() const { return covariances.size() == 1; }
    [[nodiscard]] const Covariance& covariance(Index k) const {
        return covariances[shares_covariance() ? 0 : static_cast<std::size_t>(k)];
    }
    // All components isotropic with one variance: weights are linear in x, the complement decouples.
    [[nodiscard]] bool shared_isotropic() const {
        return shares_covariance() && covariances[0].is_isotropic();
    }
};

// Sorts components by class of labels.class_level (stable) and fills origin; without classes origin is the identity.
void sort_by_class(Mixture& mixture);

// tr S_k over all d dimensions, complement included.
[[nodiscard]] double covariance_trace(const Mixture& mixture, Index component);

// Total mean [r] (explicit coordinates) and top eigenvalue of the data covariance sum_k w_k (S_k + mean_k mean_k^T) - mean mean^T.
[[nodiscard]] Vector total_mean(const Mixture& mixture);
[[nodiscard]] double top_data_variance(const Mixture& mixture);

}  // namespace kairos::law
