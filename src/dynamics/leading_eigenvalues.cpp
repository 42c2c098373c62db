// Several of the largest eigenvalues: Lanczos iteration that keeps its vectors and orthogonalises against all of them (twice is enough), so that no ghost
// counts as an eigenvalue. A lane whose Krylov space is exhausted starts anew orthogonally to it, which finds eigenvalues of several copies; it
// is done once a whole new start has changed none of the largest.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kairos/base/decompositions.hpp"
#include "lanczos.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index most_steps = 400;
constexpr double exhausted_below = 1e-10, converged_below = 1e-11;  // of the largest eigenvalue

Lanes lane_dots(const Rows& a, const Rows& b) { return (a.array() * b.array()).colwise().sum(); }

void orthogonalise(const std::vector<Rows>& basis, Rows& v) {
    for (int pass = 0; pass < 2; ++pass)
        for (const Rows& known : basis) {
            const Lanes share = lane_dots(known, v);
            for (Index i = 0; i < v.rows(); ++i) v.row(i).array() -= share * known.row(i).array();
        }
}

// What is known of one lane.
struct LaneSpectrum {
    std::vector<double> diagonal, off_diagonal;  // off_diagonal[i] joins i and i + 1
    Vector settled;                              // the largest ones when it last started anew
    bool done = false;

    // The k largest, descending, and whether all are converged.
    [[nodiscard]] bool read(Index k, Vector& values) const {
        const auto size = static_cast<Index>(diagonal.size());
        const auto [all, vectors] =
            tridiagonal_eigen(Eigen::Map<const Vector>(diagonal.data(), size),
                              Eigen::Map<const Vector>(off_diagonal.data(), size - 1));
        const Index count = std::min(k, size);
        values = all.reverse().head(count);
        double residual = 0.0;
        for (Index i = 0; i < count; ++i)
            residual = std::max(residual, std::abs(off_diagonal.back() * vectors(size - 1, size - 1 - i)));
        return count == k && residual <= converged_below * std::abs(values[0]);
    }
    void judge(Index k, bool exhausted, bool complete) {
        Vector values;
        const bool converged = read(k, values);
        const bool unchanged = settled.size() == values.size() && (settled - values).cwiseAbs().maxCoeff() <=
                                                                      exhausted_below * std::abs(values[0]);
        done = complete || (converged && (!exhausted || unchanged));
        if (exhausted) settled = values;
    }
};

// Unit vectors orthogonal to all that is known, in the lanes whose norm is gone.
void start_anew(const std::vector<Rows>& basis, const Lanes& norm, Rows& next) {
    Rows fresh(next.rows(), next.cols());
    for (Index i = 0; i < next.rows(); ++i)
        fresh.row(i).setConstant(lanczos_start_entry(static_cast<std::uint64_t>(i) +
                                                     static_cast<std::uint64_t>(next.rows()) * basis.size()));
    orthogonalise(basis, fresh);
    const Lanes length = lane_dots(fresh, fresh).sqrt();
    for (Index j = 0; j < next.cols(); ++j)
        if (norm[j] == 0.0) next.col(j) = fresh.col(j) / length[j];
}

}  // namespace

void leading_eigenvalues(const LaneProduct& product, Index n, Index m, Index k, Rows& out) {
    std::vector<LaneSpectrum> lanes(static_cast<std::size_t>(m));
    std::vector<Rows> basis;
    Rows current(n, m), next;
    start_anew(basis, Lanes::Zero(m), current);
    const Index steps = std::min(n, most_steps);
    for (Index step = 0; step < steps; ++step) {
        basis.push_back(current);
        product(current, next);
        const Lanes diagonal = lane_dots(current, next);
        orthogonalise(basis, next);
        Lanes norm = lane_dots(next, next).sqrt();
        bool all = true;
        for (Index j = 0; j < m; ++j) {
            LaneSpectrum& lane = lanes[static_cast<std::size_t>(j)];
            lane.diagonal.push_back(diagonal[j]);
            const double scale = *std::ranges::max_element(lane.diagonal);
            const bool exhausted = norm[j] <= exhausted_below * scale;
            if (exhausted) norm[j] = 0.0;
            lane.off_diagonal.push_back(norm[j]);
            // The small eigenvalue problems grow with the step: far out they are solved now and then.
            const bool complete = step + 1 == steps;
            const bool looked_at = exhausted || complete || step % 8 == 0;
            if (!lane.done && step + 1 >= k && looked_at) lane.judge(k, exhausted, complete);
            all = all && lane.done;
        }
        if (all || step + 1 == steps) break;
        for (Index i = 0; i < n; ++i) next.row(i).array() *= (norm > 0.0).select(norm.inverse(), 0.0);
        start_anew(basis, norm, next);
        current.swap(next);
    }
    out.resize(k, m);
    for (Index j = 0; j < m; ++j) {
        Vector values;
        (void)lanes[static_cast<std::size_t>(j)].read(k, values);
        out.col(j) = values;
    }
}

}  // namespace kairos::dynamics
