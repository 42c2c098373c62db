#include "span.hpp"

#include <algorithm>
#include <cmath>
#include <vector>
#include "kairos/base/decompositions.hpp"

namespace kairos::law {
namespace {

constexpr double equal_eigenvalues = 1e-12;  // relative to the largest
constexpr double in_the_span = 1e-13;        // what is left of a vector, relative to the longest

// The value that occurs most often (the smallest such).
double most_frequent(Vector values, double tolerance) {
    std::sort(values.begin(), values.end());
    double best = values[0];
    Index most = 0;
    for (Index first = 0, last; first < values.size(); first = last) {
        for (last = first; last < values.size() && values[last] - values[first] <= tolerance;) ++last;
        if (last - first > most) {
            most = last - first;
            best = values[first];
        }
    }
    return best;
}

std::vector<Index> different_from(double base, const Vector& values, double tolerance) {
    std::vector<Index> kept;
    for (Index i = 0; i < values.size(); ++i) {
        if (std::abs(values[i] - base) > tolerance) kept.push_back(i);
    }
    return kept;
}

// The columns of `vectors` whose eigenvalue is not the base.
EigenSplit select(const Matrix& vectors, const Vector& values, double base, double tolerance) {
    const std::vector<Index> kept = different_from(base, values, tolerance);
    return {.base = base, .directions = vectors(Eigen::all, kept), .excess = values(kept).array() - base};
}

// The same for a diagonal covariance, whose eigenvectors are the axes.
EigenSplit select_axes(const Vector& values, double base, double tolerance) {
    const std::vector<Index> kept = different_from(base, values, tolerance);
    EigenSplit split{.base = base,
                     .directions = Matrix::Zero(values.size(), static_cast<Index>(kept.size())),
                     .excess = values(kept).array() - base};
    for (Index j = 0; j < split.directions.cols(); ++j)
        split.directions(kept[static_cast<std::size_t>(j)], j) = 1.0;
    return split;
}

// Whether columns clearly span the whole space, judged by twice as many as there are rows: the cheap answer
// for datasets.
bool span_everything(const Matrix& vectors) {
    constexpr double clearly = 1e-8;  // squared distance of a coordinate from the others, relative
    const Index rows = vectors.rows();
    if (vectors.cols() < rows) return false;
    const auto some = vectors.leftCols(std::min(2 * rows, vectors.cols()));
    const Matrix gram = some * some.transpose();
    const auto factor = cholesky(gram);
    return factor && factor->diagonal().cwiseAbs2().minCoeff() > clearly * gram.diagonal().maxCoeff();
}

// Orthonormal basis of the span of columns; rank by column-pivoted QR. Many columns are first brought to as
// many as rows.
Matrix orthonormal_span(Matrix vectors) {
    const Index rows = vectors.rows();
    if (vectors.cols() > rows) vectors = upper_factor(vectors.transpose()).transpose().eval();
    return span_of(vectors);
}

}  // namespace

EigenSplit split_covariance(const Mixture& mixture) {
    const Index d = mixture.coordinates();
    const Covariance& covariance = mixture.covariance(0);
    EigenSplit none;
    none.base = covariance.isotropic;
    none.directions.resize(d, 0);
    if (mixture.components() > 1 || covariance.is_isotropic() || d == 0) return none;

    const Vector values = covariance.eigenvalues(d);
    const double tolerance = equal_eigenvalues * values.cwiseAbs().maxCoeff();
    const double base = mixture.complement > 0.0 ? covariance.isotropic : most_frequent(values, tolerance);
    if (covariance.diagonal.size() > 0) return select_axes(values, base, tolerance);

    const Index q = covariance.excess.size();
    if (std::abs(base - covariance.isotropic) <= tolerance) {
        return select(covariance.directions, values.head(q), covariance.isotropic, tolerance);
    }
    Matrix vectors = completed_frame(covariance.directions);  // the last d - q columns: eigenvalue isotropic
    vectors.leftCols(q) = covariance.directions;
    return select(vectors, values, base, tolerance);
}

Matrix complete_basis(const Matrix& directions, const Matrix& vectors) {
    const Index d = directions.rows(), q = directions.cols();
    if (vectors.size() == 0) return directions;
    if (q == 0 && span_everything(vectors)) return Matrix::Identity(d, d);
    Matrix rest = vectors;
    if (q > 0) {  // twice: the first pass leaves rounding errors of the size of what it removes
        for (int pass = 0; pass < 2; ++pass) rest -= directions * (directions.transpose() * rest).eval();
        const double noise = in_the_span * vectors.colwise().norm().maxCoeff();
        for (Index k = 0; k < rest.cols(); ++k) {
            if (rest.col(k).norm() <= noise) rest.col(k).setZero();
        }
    }
    const Matrix more = orthonormal_span(std::move(rest));
    if (q == 0 && more.cols() == d) return Matrix::Identity(d, d);
    Matrix basis(d, q + more.cols());
    basis << directions, more;
    return basis;
}

}  // namespace kairos::law
