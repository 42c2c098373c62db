// The largest eigenvalues of Cov(y|x) and their eigenvectors, trajectory by trajectory.
//
// Along x_perp the complement may be coupled to the explicit coordinates (where the v_k differ) and is then
// one more of them; every other direction of the complement has the eigenvalue sigma^2 sum_k w_k s_k^2/v_k.
// Small systems are solved densely, large ones by Lanczos iteration.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kairos/base/decompositions.hpp"
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index largest_dense = 16;

// Of [a b; b c], the larger first.
EigenPairs pairs_of_2x2(double a, double b, double c) {
    const double middle = 0.5 * (a + c), half = std::hypot(0.5 * (a - c), b);
    const double angle = 0.5 * std::atan2(2.0 * b, a - c);
    return {Vector{{middle + half, middle - half}},
            Matrix{{std::cos(angle), -std::sin(angle)}, {std::sin(angle), std::cos(angle)}}};
}

EigenPairs descending_pairs(const Matrix& matrix, bool vectors) {
    if (matrix.rows() == 2) return pairs_of_2x2(matrix(0, 0), matrix(0, 1), matrix(1, 1));
    if (!vectors) return {symmetric_eigenvalues(matrix).reverse(), {}};
    const EigenPairs ascending = symmetric_eigen(matrix);
    return {ascending.values.reverse(), ascending.vectors.rowwise().reverse()};
}

// entries: row i n + j holds element (i, j) of every lane; k <= n.
void solve_dense(const Rows& entries, Index n, Index k, bool vectors, LanePairs& out) {
    const Index m = entries.cols();
    out.values.resize(k, m);
    out.vectors.assign(static_cast<std::size_t>(vectors ? k : 0), Rows(n, m));
    Matrix lane(n, n);
    for (Index j = 0; j < m; ++j) {
        for (Index i = 0; i < n * n; ++i) lane(i / n, i % n) = entries(i, j);
        const EigenPairs pairs = descending_pairs(lane, vectors);
        out.values.col(j) = pairs.values.head(k);
        for (std::size_t i = 0; i < out.vectors.size(); ++i)
            out.vectors[i].col(j) = pairs.vectors.col(static_cast<Index>(i));
    }
}

// What rounding of the means leaves of a covariance that has vanished, as where a trajectory has condensed on one datum.
double rounding_of_covariances(const law::Mixture& mixture) {
    const double rounding = 8.0 * std::numeric_limits<double>::epsilon();
    return rounding * rounding * mixture.means.colwise().squaredNorm().maxCoeff();
}

// Those of the n explicit directions, min(k, n) of them.
void explicit_pairs(const LaneProduct& times, const law::Mixture& mixture, Index n, Index m, Index k,
                    bool vectors, LanePairs& out) {
    const Index count = std::min(k, n);
    out.values.resize(count, m);
    out.vectors.clear();
    if (n > largest_dense && count == 1 && !vectors) {
        Lanes largest;
        largest_eigenvalues(times, n, m, rounding_of_covariances(mixture), largest);
        out.values.row(0).array() = largest;
    } else if (n > largest_dense) {
        leading_eigenpairs(times, n, m, count, vectors, out);
    } else if (n > 0) {
        Rows entries(n * n, m), unit(n, m), column;
        for (Index i = 0; i < n; ++i) {
            unit.setZero();
            unit.row(i).setOnes();
            times(unit, column);
            entries.middleRows(i * n, n) = column;
        }
        solve_dense(entries, n, count, vectors, out);
    }
}

// With `copies` more of one value a lane, in order, whose vectors are 0 here; of equal values the explicit ones first. 0 beyond all
// directions there are.
void merge_copies(const LanePairs& sorted, const Lanes& value, double copies, LanePairs& out) {
    for (Index j = 0; j < out.values.cols(); ++j) {
        Index next = 0;
        double left = copies;
        for (Index i = 0; i < out.values.rows(); ++i) {
            const bool more = next < sorted.values.rows();
            if (left >= 1.0 && (!more || value[j] > sorted.values(next, j))) {
                out.values(i, j) = value[j];
                left -= 1.0;
                continue;
            }
            out.values(i, j) = more ? sorted.values(next, j) : 0.0;
            if (more && !out.vectors.empty()) {
                const Rows& found = sorted.vectors[static_cast<std::size_t>(next)];
                out.vectors[static_cast<std::size_t>(i)].col(j).head(found.rows()) = found.col(j);
            }
            ++next;
        }
    }
}

// The largest entry positive, of equal ones the first.
void choose_signs(std::vector<Rows>& vectors) {
    for (Rows& v : vectors) {
        Lanes largest = Lanes::Zero(v.cols());
        for (Index i = 0; i < v.rows(); ++i) {
            const auto row = v.row(i).array();
            largest = (row.abs() > largest.abs()).select(row, largest);
        }
        const Lanes sign = (largest < 0.0).select(Lanes::Constant(v.cols(), -1.0), 1.0);
        for (Index i = 0; i < v.rows(); ++i) v.row(i).array() *= sign;
    }
}

}  // namespace

void fill_eigenpairs(CovarianceProduct& product, Components& components, const CovarianceTerms& terms,
                     Index k, bool vectors, LanePairs& out) {
    const Index r = terms.states->x.rows(), m = terms.states->count();
    const double c = components.mixture().complement;
    out.values.resize(k, m);
    if (components.count() == 1) {
        gaussian_eigenpairs(components.mixture(), components.time(), k, vectors, out);
        choose_signs(out.vectors);
        return;
    }
    const bool radial = c > 0 && !components.shares_terms();
    const LaneProduct times = [&](const Rows& v, Rows& result) {
        product.apply(components, terms, radial, v, result);
    };
    LanePairs found;
    explicit_pairs(times, components.mixture(), r + (radial ? 1 : 0), m, k, vectors, found);
    Lanes elsewhere = Lanes::Zero(m);
    const double copies = c - (radial ? 1.0 : 0.0);
    if (copies > 0.0) components.average(*terms.weights, &GaussianTerms::gain, elsewhere);
    if (vectors) out.vectors.assign(static_cast<std::size_t>(k), Rows::Zero(r + (c > 0 ? 1 : 0), m));
    merge_copies(found, components.time().sigma2 * elsewhere, copies, out);
    choose_signs(out.vectors);
}

}  // namespace kairos::dynamics
