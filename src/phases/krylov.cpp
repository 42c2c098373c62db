#include "krylov.hpp"

#include <algorithm>
#include <cmath>

namespace kairos::phases {
namespace {

constexpr double residual_wanted = 1e-12;

// Twice: the first pass leaves rounding errors of the size of what it removes. Returns the coefficients.
Vector orthogonalise(const Matrix& basis, Index columns, Vector& v) {
    Vector coefficients = Vector::Zero(columns);
    for (int pass = 0; pass < 2; ++pass) {
        const Vector overlap = basis.leftCols(columns).transpose() * v;
        v -= basis.leftCols(columns) * overlap;
        coefficients += overlap;
    }
    return coefficients;
}

// Ritz pairs from the end of the ascending list that lie above `floor`, and `more` below.
EigenPairs descending(const EigenPairs& ritz, const Matrix& basis, double floor, Index more) {
    const Index size = ritz.values.size();
    Index count = 0;
    while (count < size && ritz.values[size - 1 - count] > floor) ++count;
    count = std::min(size, count + more);
    EigenPairs result{Vector(count), Matrix(basis.rows(), count)};
    for (Index i = 0; i < count; ++i) {
        result.values[i] = ritz.values[size - 1 - i];
        result.vectors.col(i) = basis * ritz.vectors.col(size - 1 - i);
    }
    return result;
}

// Whether every Ritz value above `floor`, and the next `more`, has converged.
bool converged(const EigenPairs& ritz, double next, double floor, Index more, double residual) {
    const Index size = ritz.values.size();
    Index below = 0;
    for (Index i = size - 1; i >= 0 && below < more; --i) {
        if (std::abs(next * ritz.vectors(size - 1, i)) > residual * (1.0 + std::abs(ritz.values[i])))
            return false;
        if (ritz.values[i] <= floor) ++below;
    }
    return below == more;
}

}  // namespace

Vector solve(const LinearMap& times, const Vector& right, Index most_products) {
    const double length = right.norm();
    const Index n = right.size(), most = std::min(n, most_products);
    if (!(length > 0.0)) return Vector::Zero(n);
    Matrix basis(n, most + 1), small = Matrix::Zero(most + 1, most);
    basis.col(0) = right / length;
    Vector target = Vector::Zero(most + 1);
    target[0] = length;
    Vector y;
    for (Index k = 0; k < most; ++k) {
        Vector v = times(basis.col(k));
        small.col(k).head(k + 1) = orthogonalise(basis, k + 1, v);
        const double next = v.norm();
        small(k + 1, k) = next;
        const Matrix part = small.topLeftCorner(k + 2, k + 1);
        y = least_squares(part, target.head(k + 2));
        const double residual = (part * y - target.head(k + 2)).norm();
        if (residual <= residual_wanted * length || !(next > 1e-14 * part.norm())) break;
        basis.col(k + 1) = v / next;
    }
    return basis.leftCols(y.size()) * y;
}

EigenPairs leading(const LinearMap& times, const Vector& start, double floor, double residual) {
    constexpr Index more = 3;
    const Index n = start.size(), most = std::min<Index>(n, 400);
    Matrix basis(n, most + 1);
    basis.col(0) = start.normalized();
    Vector diagonal(most), off_diagonal(most);
    for (Index k = 0; k < most; ++k) {
        Vector v = times(basis.col(k));
        diagonal[k] = basis.col(k).dot(v);
        (void)orthogonalise(basis, k + 1, v);
        off_diagonal[k] = v.norm();
        const bool exhausted = !(off_diagonal[k] > 1e-13 * (1.0 + std::abs(diagonal[k]))) || k + 1 == most;
        if (k % 4 == 3 || exhausted) {
            const EigenPairs ritz = tridiagonal_eigen(diagonal.head(k + 1), off_diagonal.head(k));
            if (exhausted || converged(ritz, off_diagonal[k], floor, more, residual))
                return descending(ritz, basis.leftCols(k + 1), floor, more);
        }
        basis.col(k + 1) = v / off_diagonal[k];
    }
    return {};
}

}  // namespace kairos::phases
