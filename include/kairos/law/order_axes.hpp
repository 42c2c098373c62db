// include/kairos/law/order_axes.hpp: directions along which a law's order shows.
//
//   q = v.x/sqrt(d)
//   m              two clusters: v = m, the vector from their midpoint to the upper one
//   class_LABEL    up to 16 classes: v = mean of the class - mean of all
//   principal_i    i = 1, 2, 3: v = sqrt(lambda_i) e_i, eigenvectors of the covariance of the means (population means where they are known)
//
// |v|^2 is of the order of d mu^2 for all of them, so that q is of the order of 1 for data whose clusters are. Vectors that vanish are left
// out; signs of principal axes are such that their largest entry is positive. Shapes: v [r], explicit coordinates. Units: data.
// Source: docs/theory.md, "Landscape".
#pragma once
#include <string>
#include <vector>

#include "kairos/law/law.hpp"

namespace kairos::law {

struct OrderAxis {
    std::string name, long_name;
    Vector v;
};

[[nodiscard]] std::vector<OrderAxis> order_axes(const Law& law);

// Eigenvectors of the weighted covariance of the means about their mean, variances descending: min(r, K) of them.
struct PrincipalAxes {
    Vector variances;
    Matrix directions;  // r x min(r, K), orthonormal columns
};
[[nodiscard]] PrincipalAxes principal_axes(const Mixture& mixture);

// Mean of every class of labels.class_level less the mean of all, r x C; 0 for a class without any weight, as in few draws of many classes.
[[nodiscard]] Matrix class_differences(const Mixture& mixture);
// Orthonormal basis of their span (r x 0 where all classes have one mean). Singular values below 1e-9 of the largest |mean| count as 0.
[[nodiscard]] Matrix between_classes(const Mixture& mixture);

// v^T S v; v may lack the last explicit coordinates (zero along them).
[[nodiscard]] double variance_along(const Covariance& covariance, const Vector& v);

}  // namespace kairos::law
