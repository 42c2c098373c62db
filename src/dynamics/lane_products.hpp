// src/dynamics/lane_products.hpp: products with few components, in one pass over the rows, lanes side by side.
//
//   out(k, j)  = sum_i a(i, k) x(i, j)                few columns of a
//   out(i, j) += sum_k a(i, k) scale w(k, j)          few rows of w
//
// Sums run in ascending order, and no instruction looks at a neighbouring lane: the bits of a trajectory do not
// depend on the block it is in. A packed matrix product wins only where there are many components.
#pragma once
#include "kairos/base/array.hpp"

namespace kairos::dynamics {

// out is already K x m.
void few_inner_products(const Eigen::Ref<const Matrix>& a, const Rows& x, Rows& out);
void add_few(double scale, const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Rows>& w,
             Eigen::Ref<Rows> out);

}  // namespace kairos::dynamics
