#include "linearisation.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/random/noise.hpp"
#include "krylov.hpp"

namespace kairos::phases {
namespace {

constexpr double neutral = 1e-11;

// A vector with no symmetry that an eigenvector could be orthogonal to.
Vector start_vector(Index coordinates) {
    Rows noise(coordinates, 1);
    random::fill_normals({.seed = 0, .purpose = random::Purpose::fixed_points}, TrajectoryId{0}, StepId{1}, 0,
                         noise);
    return noise.col(0);
}

}  // namespace

Linearisation::Linearisation(DriftField& field, const Vector& u, double log_snr) : field_(&field) {
    if (field.coordinates() <= dense_coordinates)
        matrix_ = field.jacobian(u, log_snr);
    else
        field.look_at(u, log_snr);
}

Vector Linearisation::times(const Vector& v) const {
    return matrix_ ? Vector(*matrix_ * v) : field_->jacobian_times(v);
}

Vector Linearisation::solve(const Vector& right) const {
    if (!matrix_) return phases::solve([this](const Vector& v) { return times(v); }, right);
    const auto r = static_cast<double>(right.size());
    field_->count(4.0 * r * r * r);
    return smallest_solution(*matrix_, right);
}

// A long border is brought to the size of J, so that nothing is lost against it.
Vector Linearisation::solve(const Border& border, const Vector& right_and_last) const {
    const Index r = border.column.size();
    const double size = matrix_ ? matrix_->norm() / std::sqrt(static_cast<double>(r)) : 1.0;
    const double unit = size > 0.0 ? size : 1.0;
    const double across = unit / std::max(unit, border.column.norm());
    const double down = unit / std::hypot(border.row.norm(), across * border.corner);
    const Border scaled{across * border.column, down * border.row, down * across * border.corner};
    Vector right = right_and_last;
    right[r] *= down;
    Vector solution = solve_scaled(scaled, right);
    solution[r] *= across;
    return solution;
}

Vector Linearisation::solve_scaled(const Border& border, const Vector& right) const {
    const Index r = border.column.size();
    if (!matrix_) {
        const auto product = [&](const Vector& v) {
            Vector result(r + 1);
            result.head(r) = times(v.head(r)) + v[r] * border.column;
            result[r] = border.row.dot(v.head(r)) + border.corner * v[r];
            return result;
        };
        return phases::solve(product, right);
    }
    Matrix whole(r + 1, r + 1);
    whole << *matrix_, border.column, border.row.transpose(), border.corner;
    const auto rows = static_cast<double>(r + 1);
    field_->count(4.0 * rows * rows * rows);
    return smallest_solution(whole, right);
}

EigenPairs Linearisation::ritz(double residual) const {
    return phases::leading([this](const Vector& v) { return times(v); }, start_vector(field_->coordinates()),
                           0.0, residual);
}

EigenPairs Linearisation::leading() const {
    if (!matrix_) return ritz(1e-10);
    EigenPairs pairs = symmetric_eigen(*matrix_);
    return {pairs.values.reverse(), pairs.vectors.rowwise().reverse()};
}

Vector Linearisation::leading_values() const {
    if (!matrix_) return ritz(1e-7).values;
    const auto r = static_cast<double>(matrix_->rows());
    field_->count(9.0 * r * r * r + 2e3);
    return symmetric_eigenvalues(*matrix_).reverse();
}

Index positive(const Vector& values) { return (values.array() > neutral).count(); }

}  // namespace kairos::phases
