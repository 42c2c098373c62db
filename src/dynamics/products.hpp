// src/dynamics/products.hpp: the two products of a posterior, states with means and means with weights.
//
//   out = a^T x,   out += factor a(:, run) w(run, :)            a r x K, x r x m, w K x m
//
// A handful of components is cheaper lane by lane than as a packed matrix product.
#pragma once
#include "components.hpp"
#include "lane_products.hpp"

namespace kairos::dynamics {

[[nodiscard]] inline bool few_terms(Index rows, Index columns) {
    return columns <= 8 || rows * columns <= 32;
}

inline void inner_products(const Eigen::Ref<const Matrix>& a, const Rows& x, Rows& out) {
    out.resize(a.cols(), x.cols());
    if (few_terms(a.rows(), a.cols())) {
        few_inner_products(a, x, out);
    } else {
        out.noalias() = a.transpose() * x;
    }
}

inline void add_combination(double factor, const Eigen::Ref<const Matrix>& a, const Rows& w, Run run,
                            Rows& out) {
    const auto columns = a.middleCols(run.first, run.count);
    const auto weights = w.middleRows(run.first, run.count);
    if (few_terms(a.rows(), run.count)) {
        add_few(factor, columns, weights, out);
    } else if (w.cols() == 1 && 2 * (weights.array() != 0.0).count() < run.count) {
        // Of one state most weights of many components may be 0, and their columns need not be read.
        Eigen::Map<Vector> sum(out.data(), out.rows());
        for (Index k = 0; k < run.count; ++k)
            if (weights(k, 0) != 0.0) sum += (factor * weights(k, 0)) * columns.col(k);
    } else {
        out.noalias() += factor * columns * weights;
    }
}

}  // namespace kairos::dynamics
