// Of one Gaussian: Cov(y|x) = sigma^2 S C^-1 whatever x. It has the eigenvectors of S, and its eigenvalues grow with those of S.
#include <algorithm>
#include <utility>
#include <vector>

#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

// An eigenvalue of S beside its isotropic part, and which of the directions of S it belongs to: one beyond them is some direction of the
// explicit coordinates that is orthogonal to them all, two beyond a direction of the complement.
using Excess = std::pair<double, Index>;

std::vector<Excess> largest_excesses(const law::Mixture& mixture, Index k) {
    const law::Covariance& covariance = mixture.covariances[0];
    const Vector& structure = covariance.diagonal.size() > 0 ? covariance.diagonal : covariance.excess;
    const Index size = structure.size();
    std::vector<Excess> all;
    for (Index i = 0; i < size; ++i) all.emplace_back(structure[i], i);
    const Index rest = std::min(k, mixture.coordinates() - size);
    const auto beyond = static_cast<Index>(std::min(static_cast<double>(k), mixture.complement));
    all.insert(all.end(), static_cast<std::size_t>(rest), {0.0, size});
    all.insert(all.end(), static_cast<std::size_t>(beyond), {0.0, size + 1});
    std::ranges::stable_sort(all, [](const Excess& a, const Excess& b) { return a.first > b.first; });
    all.resize(std::min(all.size(), static_cast<std::size_t>(k)));
    return all;
}

// Some unit vector orthogonal to the directions of S and to the first `count` columns of `vectors`.
Vector another_direction(const Matrix& directions, const Matrix& vectors, Index count) {
    Vector v(vectors.rows());
    for (Index i = 0; i < v.size(); ++i)
        v[i] = lanczos_start_entry(static_cast<std::uint64_t>(i + v.size() * count));
    for (int pass = 0; pass < 2; ++pass) {
        if (directions.size() > 0) v -= directions * (directions.transpose() * v);
        v -= vectors.leftCols(count) * (vectors.leftCols(count).transpose() * v);
    }
    return v.normalized();
}

// r x k, a column 0 for a direction of the complement.
Matrix eigenvectors_of(const law::Mixture& mixture, const std::vector<Excess>& leading) {
    const law::Covariance& covariance = mixture.covariances[0];
    const bool diagonal = covariance.diagonal.size() > 0;
    const Index size = diagonal ? covariance.diagonal.size() : covariance.excess.size();
    Matrix vectors = Matrix::Zero(mixture.coordinates(), std::ssize(leading));
    for (Index i = 0; i < vectors.cols(); ++i) {
        const Index which = leading[static_cast<std::size_t>(i)].second;
        if (which > size) continue;
        if (which == size)
            vectors.col(i) = another_direction(covariance.directions, vectors, i);
        else if (diagonal)
            vectors(which, i) = 1.0;
        else
            vectors.col(i) = covariance.directions.col(which);
    }
    return vectors;
}

}  // namespace

void gaussian_eigenpairs(const law::Mixture& mixture, const TimePoint& time, Index k, bool vectors,
                         LanePairs& out) {
    const Index m = out.values.cols();
    const std::vector<Excess> leading = largest_excesses(mixture, k);
    out.values.setZero(k, m);
    for (Index i = 0; i < std::ssize(leading); ++i) {
        const double variance = mixture.covariances[0].isotropic + leading[static_cast<std::size_t>(i)].first;
        out.values.row(i).setConstant(time.sigma2 * variance /
                                      (time.alpha * time.alpha * variance + time.sigma2));
    }
    if (!vectors) return;
    const Matrix found = eigenvectors_of(mixture, leading);
    const Index rows = mixture.coordinates() + (mixture.complement > 0.0 ? 1 : 0);
    out.vectors.assign(static_cast<std::size_t>(k), Rows::Zero(rows, m));
    for (Index i = 0; i < found.cols(); ++i)
        out.vectors[static_cast<std::size_t>(i)].topRows(found.rows()).colwise() = found.col(i);
}

}  // namespace kairos::dynamics
