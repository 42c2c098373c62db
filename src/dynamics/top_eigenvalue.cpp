// The largest eigenvalues of Cov(y|x), trajectory by trajectory.
//
// Along x_perp the complement may be coupled to the explicit coordinates (where the v_k differ) and is then
// one more of them; every other direction of the complement has the eigenvalue sigma^2 sum_k w_k s_k^2/v_k.
// Small systems are solved densely, large ones by Lanczos iteration.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "kairos/base/decompositions.hpp"
#include "lanczos.hpp"
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index largest_dense = 16;

// Of a 2 x 2 matrix, the larger first.
std::array<double, 2> eigenvalues_of_2x2(double a, double b, double c) {
    const double middle = 0.5 * (a + c), half = std::hypot(0.5 * (a - c), b);
    return {middle + half, middle - half};
}

// entries: row i n + j holds element (i, j) of every lane; out: [k x m], k <= n.
void solve_dense(const Rows& entries, Index n, Rows& out) {
    Matrix lane(n, n);
    for (Index j = 0; j < entries.cols(); ++j) {
        if (n == 2) {
            const auto values = eigenvalues_of_2x2(entries(0, j), entries(2, j), entries(3, j));
            for (Index i = 0; i < out.rows(); ++i) out(i, j) = values[static_cast<std::size_t>(i)];
            continue;
        }
        for (Index i = 0; i < n * n; ++i) {
            lane(i / n, i % n) = entries(i, j);
        }
        out.col(j) = symmetric_eigenvalues(lane).reverse().head(out.rows());
    }
}

// One Gaussian: Cov(y|x) = sigma^2 S C^-1 whatever x, and its eigenvalues grow with those of S.
Vector of_single_gaussian(const Components& components, Index k) {
    const law::Mixture& mixture = components.mixture();
    const law::Covariance& covariance = mixture.covariances[0];
    const Vector& structure = covariance.diagonal.size() > 0 ? covariance.diagonal : covariance.excess;
    const double others = static_cast<double>(mixture.coordinates() - structure.size()) + mixture.complement;
    std::vector<double> excess(structure.begin(), structure.end());
    excess.insert(excess.end(), static_cast<std::size_t>(std::min(others, static_cast<double>(k))), 0.0);
    std::ranges::sort(excess, std::greater<>());
    Vector values(k);
    const TimePoint& time = components.time();
    for (Index i = 0; i < k; ++i) {
        const double variance = covariance.isotropic + excess[static_cast<std::size_t>(i)];
        values[i] = time.sigma2 * variance / (time.alpha * time.alpha * variance + time.sigma2);
    }
    return values;
}

// Those of the n explicit directions, [min(k, n) x m].
void fill_explicit(const LaneProduct& times, Index n, Index m, Index k, Rows& out) {
    out.resize(std::min(k, n), m);
    if (n > largest_dense && k == 1) {
        Lanes largest;
        largest_eigenvalues(times, n, m, largest);
        out.row(0).array() = largest;
    } else if (n > largest_dense) {
        leading_eigenvalues(times, n, m, out.rows(), out);
    } else if (n > 0) {
        Rows entries(n * n, m), unit(n, m), column;
        for (Index i = 0; i < n; ++i) {
            unit.setZero();
            unit.row(i).setOnes();
            times(unit, column);
            entries.middleRows(i * n, n) = column;
        }
        solve_dense(entries, n, out);
    }
}

// With `copies` more of one value a lane, in order; 0 beyond all directions there are.
void merge_copies(const Rows& sorted, const Lanes& value, double copies, Rows& out) {
    for (Index j = 0; j < out.cols(); ++j) {
        Index next = 0;
        double left = copies;
        for (Index i = 0; i < out.rows(); ++i) {
            const bool copy = left >= 1.0 && (next >= sorted.rows() || value[j] > sorted(next, j));
            if (copy) {
                out(i, j) = value[j];
                left -= 1.0;
            } else {
                out(i, j) = next < sorted.rows() ? sorted(next, j) : 0.0;
                ++next;
            }
        }
    }
}

}  // namespace

void fill_eigenvalues(CovarianceProduct& product, Components& components, const States& states,
                      const Rows& mean, const Lanes& kappa, const Rows& weights, Rows& out) {
    const Index m = states.count(), k = out.rows();
    if (components.count() == 1) {
        out.colwise() = of_single_gaussian(components, k);
        return;
    }
    const double c = components.mixture().complement;
    const bool radial = c > 0 && !components.shares_terms();
    const Index n = states.x.rows() + (radial ? 1 : 0);
    const CovarianceTerms terms{&states, &weights, &mean, &kappa};
    const LaneProduct times = [&](const Rows& v, Rows& result) {
        product.apply(components, terms, radial, v, result);
    };
    Rows found;
    fill_explicit(times, n, m, k, found);
    Lanes elsewhere = Lanes::Zero(m);
    const double copies = c - (radial ? 1.0 : 0.0);
    if (copies > 0.0) components.average(weights, &GaussianTerms::gain, elsewhere);
    merge_copies(found, components.time().sigma2 * elsewhere, copies, out);
}

}  // namespace kairos::dynamics
