// The largest eigenvalue of Cov(y|x), trajectory by trajectory.
//
// Along x_perp the complement may be coupled to the explicit coordinates (where the v_k differ) and is then
// one more of them; every other direction of the complement has the eigenvalue sigma^2 sum_k w_k s_k^2/v_k.
// Small systems are solved densely, large ones by Lanczos iteration.
#include <algorithm>
#include <cmath>

#include "kairos/base/decompositions.hpp"
#include "lanczos.hpp"
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index largest_dense = 16;

double largest_of_2x2(double a, double b, double c) { return 0.5 * (a + c) + std::hypot(0.5 * (a - c), b); }

// entries: row i n + j holds element (i, j) of every lane.
void solve_dense(const Rows& entries, Index n, Lanes& out) {
    Matrix lane(n, n);
    for (Index j = 0; j < entries.cols(); ++j) {
        if (n == 2) {
            out[j] = largest_of_2x2(entries(0, j), entries(2, j), entries(3, j));
            continue;
        }
        for (Index i = 0; i < n * n; ++i) {
            lane(i / n, i % n) = entries(i, j);
        }
        out[j] = symmetric_eigenvalues(lane)[n - 1];
    }
}

// One Gaussian: Cov(y|x) = sigma^2 S C^-1 whatever x, and its eigenvalues grow with those of S.
double single_gaussian(const Components& components) {
    const law::Covariance& covariance = components.mixture().covariances[0];
    const Vector& structure = covariance.diagonal.size() > 0 ? covariance.diagonal : covariance.excess;
    const bool covered =
        structure.size() == components.mixture().coordinates() && components.mixture().complement <= 0;
    const double most = structure.size() > 0 ? structure.maxCoeff() : 0.0;
    const double data_variance = covariance.isotropic + (covered ? most : std::max(most, 0.0));
    const TimePoint& time = components.time();
    return time.sigma2 * data_variance / (time.alpha * time.alpha * data_variance + time.sigma2);
}

}  // namespace

void fill_top_eigenvalue(CovarianceProduct& product, Components& components, const States& states,
                         const Rows& mean, const Lanes& kappa, const Rows& weights, Lanes& out) {
    const Index m = states.count();
    if (components.count() == 1) {
        out.setConstant(m, single_gaussian(components));
        return;
    }
    const double c = components.mixture().complement;
    const bool radial = c > 0 && !components.shares_terms();
    const Index n = states.x.rows() + (radial ? 1 : 0);
    const CovarianceTerms terms{&states, &weights, &mean, &kappa};
    const LaneProduct times = [&](const Rows& v, Rows& result) {
        product.apply(components, terms, radial, v, result);
    };
    out.setZero(m);
    if (n > largest_dense) {
        largest_eigenvalues(times, n, m, out);
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
    if (c > (radial ? 1 : 0)) {
        Lanes elsewhere;
        components.average(weights, &GaussianTerms::gain, elsewhere);
        out = out.max(components.time().sigma2 * elsewhere);
    }
}

}  // namespace kairos::dynamics
