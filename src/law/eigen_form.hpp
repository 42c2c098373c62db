// src/law/eigen_form.hpp: a covariance from its eigenvalues and eigenvectors.
//
//   S = sum_i value_i v_i v_i^T = base I + sum_{value_i > base} (value_i - base) v_i v_i^T
//
// An eigenvalue solver is accurate to about 1e-14 of the largest eigenvalue: what is smaller is rounding
// noise and counts as 0.
#pragma once
#include "kairos/law/covariance.hpp"

namespace kairos::law {

constexpr double eigenvalue_noise = 1e-14;  // relative to the largest eigenvalue
constexpr double eigenvalue_negative =
    1e-10;  // more negative than this, relative, and the matrix is no covariance

// Eigenvalues with rounding noise set to 0; std::domain_error where one is clearly negative.
[[nodiscard]] Vector without_noise(Vector values);

// values [d], vectors d x d (orthonormal columns, same order).
[[nodiscard]] Covariance from_eigenpairs(const Vector& values, const Matrix& vectors);

}  // namespace kairos::law
