// src/dynamics/lane_columns.hpp: sums over coordinates, and steps of states, in one pass over the rows, lanes side by side.
//
//   square_j   = sum_i a(i, j)^2,  product_j = sum_i a(i, j) b(i, j)
//   x(i, j)    = keep_j x(i, j) + spread_j xi(i, j)
//   out(i, j)  = a(i, j) - factor x(i, j), with square_j of out and product_j of out and x
//
// Sums run in ascending order, and no instruction looks at a neighbouring lane: the bits of a trajectory do not
// depend on the block it is in.
#pragma once
#include "kairos/base/array.hpp"

namespace kairos::dynamics {

void column_squares(const Rows& a, Lanes& square);
void column_products(const Rows& a, const Rows& b, Lanes& square, Lanes& product);

void keep_and_spread(const Lanes& keep, const Lanes& spread, const Eigen::Ref<const Rows>& xi,
                     Eigen::Ref<Rows> x);

// out may be a.
void subtract_and_multiply(const Rows& a, double factor, const Rows& x, Rows& out, Lanes& square,
                           Lanes& product);

}  // namespace kairos::dynamics
