#include "eigenvector_overlap.hpp"

#include <algorithm>

namespace kairos::measure {
namespace {

// Of the largest eigenvalue. Vectors are known to 1e-10 over the distance of their eigenvalues: to angles of 1e-4 at least.
constexpr double equal_values = 1e-6;

// |P v_i|^2 of every eigenvector, [k x m].
Rows squared_projections(const dynamics::Posterior& posterior, const Matrix& basis) {
    Rows overlaps(posterior.eigenvalues.rows(), posterior.eigenvalues.cols());
    for (Index i = 0; i < overlaps.rows(); ++i) {
        const Rows& v = posterior.eigenvectors[static_cast<std::size_t>(i)];
        overlaps.row(i) = (basis.transpose() * v.topRows(basis.rows())).colwise().squaredNorm();
    }
    return overlaps;
}

// One lane: averages over every group of equal eigenvalues.
void average_copies(const Vector& values, double rank, double dimension, Vector& overlaps) {
    const Index size = values.size();
    double above = 0.0;
    for (Index first = 0; first < size;) {
        Index last = first + 1;
        while (last < size && values[last - 1] - values[last] <= equal_values * values[0]) ++last;
        const bool goes_on = last == size && last - first > 1 && static_cast<double>(size) < dimension;
        const double sum = goes_on ? rank - above : overlaps.segment(first, last - first).sum();
        const double copies =
            goes_on ? dimension - static_cast<double>(first) : static_cast<double>(last - first);
        overlaps.segment(first, last - first).setConstant(std::clamp(sum / copies, 0.0, 1.0));
        above += sum;
        first = last;
    }
}

}  // namespace

void fill_eigenvector_overlap(const dynamics::Posterior& posterior, const Matrix& basis, double dimension,
                              Eigen::Ref<Rows> out) {
    const Rows projections = squared_projections(posterior, basis);
    for (Index j = 0; j < out.cols(); ++j) {
        Vector overlaps = projections.col(j);
        average_copies(posterior.eigenvalues.col(j), static_cast<double>(basis.cols()), dimension, overlaps);
        out.col(j) = overlaps.head(out.rows());
    }
}

}  // namespace kairos::measure
