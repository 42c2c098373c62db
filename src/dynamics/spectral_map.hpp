// src/dynamics/spectral_map.hpp: functions of a covariance applied to states.
//
//   f(S) v = f(s^2) v                                  isotropic
//          = f(s^2 + diagonal_i) v_i                   diagonal
//          = f(s^2) v + U (f(s^2 + e) - f(s^2)) U^T v  directions U, excess e
//
// For a whole block sums run over coordinates in a fixed order, lane by lane: a trajectory's bits do not
// depend on its neighbours, as they would in a packed matrix product. Shapes: in, out r x m; v [r].
#pragma once
#include <algorithm>

#include "kairos/law/covariance.hpp"

namespace kairos::dynamics {

// out.row(i) += sum_k coefficient(i, k) in.row(k)
template <class Coefficient, class In>
void add_rows(Coefficient&& coefficient, const In& in, Rows& out) {
    constexpr Index lanes = 64;
    for (Index j = 0; j < in.cols(); j += lanes) {
        const Index n = std::min(lanes, in.cols() - j);
        for (Index i = 0; i < out.rows(); ++i) {
            auto sum = out.row(i).segment(j, n);
            const auto term = [&](Index k) { return coefficient(i, k) * in.row(k).segment(j, n); };
            Index k = 0;
            for (; k + 4 <= in.rows(); k += 4) sum += (term(k) + term(k + 1)) + (term(k + 2) + term(k + 3));
            for (; k < in.rows(); ++k) sum += term(k);
        }
    }
}

// projections = (f(s^2 + e) - f(s^2)) U^T in
template <class Function, class In>
void project_excess(const law::Covariance& s, Function&& f, const In& in, Rows& projections) {
    const double base = f(s.isotropic);
    projections.setZero(s.excess.size(), in.cols());
    add_rows([&](Index e, Index i) { return s.directions(i, e); }, in, projections);
    for (Index e = 0; e < s.excess.size(); ++e) projections.row(e) *= f(s.isotropic + s.excess[e]) - base;
}

// out = f(S) out
template <class Function>
void multiply_block(const law::Covariance& s, Function&& f, Rows& projections, Rows& out) {
    if (s.excess.size() > 0) project_excess(s, f, out, projections);
    if (s.diagonal.size() > 0) {
        for (Index i = 0; i < out.rows(); ++i) out.row(i) *= f(s.isotropic + s.diagonal[i]);
    } else {
        out *= f(s.isotropic);
    }
    if (s.excess.size() > 0) add_rows([&](Index i, Index e) { return s.directions(i, e); }, projections, out);
}

// out += f(S) in
template <class Function, class In>
void add_block(const law::Covariance& s, Function&& f, const In& in, Rows& projections, Rows& out) {
    if (s.diagonal.size() > 0) {
        for (Index i = 0; i < out.rows(); ++i) out.row(i) += f(s.isotropic + s.diagonal[i]) * in.row(i);
    } else {
        out += f(s.isotropic) * in;
    }
    if (s.excess.size() == 0) return;
    project_excess(s, f, in, projections);
    add_rows([&](Index i, Index e) { return s.directions(i, e); }, projections, out);
}

// v = f(S) v, one trajectory
template <class Function>
void multiply_column(const law::Covariance& s, Function&& f, Eigen::ArrayXd& overlaps, Eigen::ArrayXd& v) {
    if (s.diagonal.size() > 0) {
        v *= (s.isotropic + s.diagonal.array()).unaryExpr(f);
        return;
    }
    const double base = f(s.isotropic);
    if (s.excess.size() == 0) {
        v *= base;
        return;
    }
    overlaps.matrix().noalias() = s.directions.transpose() * v.matrix();
    overlaps *= (s.isotropic + s.excess.array()).unaryExpr(f) - base;
    v *= base;
    v.matrix().noalias() += s.directions * overlaps.matrix();
}

}  // namespace kairos::dynamics
