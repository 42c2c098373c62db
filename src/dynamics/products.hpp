// src/dynamics/products.hpp: the two products of a posterior, states with means and means with weights.
//
//   out = a^T x,   out += factor a(:, run) w(run, :)            a r x K, x r x m, w K x m
//
// A handful of components in a handful of coordinates is cheaper as sums of rows than as a packed matrix
// product.
#pragma once
#include "components.hpp"

namespace kairos::dynamics {

[[nodiscard]] inline bool few_terms(Index rows, Index columns) { return rows * columns <= 32; }

inline void inner_products(const Eigen::Ref<const Matrix>& a, const Rows& x, Rows& out) {
    out.resize(a.cols(), x.cols());
    if (!few_terms(a.rows(), a.cols())) {
        out.noalias() = a.transpose() * x;
        return;
    }
    for (Index k = 0; k < a.cols(); ++k) {
        out.row(k).setZero();
        for (Index i = 0; i < a.rows(); ++i) {
            out.row(k) += a(i, k) * x.row(i);
        }
    }
}

inline void add_combination(double factor, const Eigen::Ref<const Matrix>& a, const Rows& w, Run run,
                            Rows& out) {
    if (!few_terms(a.rows(), run.count)) {
        out.noalias() += factor * a.middleCols(run.first, run.count) * w.middleRows(run.first, run.count);
        return;
    }
    for (Index k = run.first; k < run.first + run.count; ++k) {
        for (Index i = 0; i < a.rows(); ++i) {
            out.row(i) += (factor * a(i, k)) * w.row(k);
        }
    }
}

}  // namespace kairos::dynamics
