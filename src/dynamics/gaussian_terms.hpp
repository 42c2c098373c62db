// src/dynamics/gaussian_terms.hpp: one Gaussian component seen at one time.
//
//   C = alpha^2 S + sigma^2 I,   v(S) = alpha^2 S + sigma^2 along an eigenvector of S,   gain = S C^-1
//
// Traces and determinants run over all d dimensions, the complement included, and count them in double (d may
// be 1e9). Shapes: columns r x m. Source: docs/theory.md, "Data laws".
#pragma once
#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/covariance.hpp"

namespace kairos::dynamics {

struct GaussianTerms {
    double variance = 1.0;  // v of the isotropic part: every direction without structure, complement included
    double precision = 1.0;        // 1/v of it
    double gain = 0.0;             // isotropic / variance
    double log_det = 0.0;          // log det C
    double gain_trace = 0.0;       // tr S C^-1
    double precision_trace = 0.0;  // tr C^-1
};

[[nodiscard]] GaussianTerms gaussian_terms(const law::Covariance& covariance, const TimePoint& time,
                                           Index coordinates, double complement);

// columns <- C^-1 columns; `projected` is scratch.
void apply_precision(const law::Covariance& covariance, const TimePoint& time, Rows& columns,
                     Rows& projected);
// columns <- S C^-1 columns
void apply_gain(const law::Covariance& covariance, const TimePoint& time, Rows& columns, Rows& projected);

}  // namespace kairos::dynamics
