// Several of the largest eigenvalues: Lanczos iteration that keeps its vectors and orthogonalises against all of them (twice is enough), so that no ghost
// counts as an eigenvalue. A lane whose Krylov space is exhausted starts anew orthogonally to it, which finds eigenvalues of several copies; it
// is done once a whole new start has changed none of the largest, or has nothing that could: its own largest has converged and lies below them.
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

// Of the tridiagonal matrix of one lane, or of its part from some start on: the largest, descending.
struct Leading {
    Vector values;
    Matrix vectors;
    double residual = 0.0;  // the largest of theirs
};

// What is known of one lane.
struct LaneSpectrum {
    std::vector<double> diagonal, off_diagonal;  // off_diagonal[i] joins i and i + 1
    std::size_t start = 0;                       // where it last started anew
    Vector settled;                              // the largest ones then
    bool done = false;

    [[nodiscard]] Leading read(Index k, std::size_t from) const {
        const auto size = static_cast<Index>(diagonal.size() - from);
        const auto [all, vectors] =
            tridiagonal_eigen(Eigen::Map<const Vector>(diagonal.data() + from, size),
                              Eigen::Map<const Vector>(off_diagonal.data() + from, size - 1));
        const Index count = std::min(k, size);
        Leading leading{all.reverse().head(count), vectors.rowwise().reverse().leftCols(count)};
        leading.residual =
            std::abs(off_diagonal.back()) * leading.vectors.row(size - 1).cwiseAbs().maxCoeff();
        return leading;
    }
    // Whether what this start finds is below the k largest (all of them found before), and the rest of it too.
    [[nodiscard]] bool adds_nothing(const Leading& largest) const {
        const double scale = std::abs(largest.values[0]);
        const Leading own = read(1, start);
        return own.residual <= converged_below * scale &&
               own.values[0] < largest.values[largest.values.size() - 1] - exhausted_below * scale;
    }
    void judge(Index k, bool exhausted, bool complete) {
        const Leading now = read(k, 0);
        const double scale = std::abs(now.values[0]);
        const bool converged = now.values.size() == k && now.residual <= converged_below * scale;
        const bool unchanged = settled.size() == now.values.size() &&
                               (settled - now.values).cwiseAbs().maxCoeff() <= exhausted_below * scale;
        const bool final = exhausted ? unchanged : (start == 0 || adds_nothing(now));
        done = complete || (converged && final);
        if (!exhausted) return;
        settled = now.values;
        start = diagonal.size();
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

// The eigenvalues, and v = sum_i y_i basis_i, y the eigenvectors of the tridiagonal matrices.
void read_pairs(const std::vector<LaneSpectrum>& lanes, const std::vector<Rows>& basis, Index k, bool vectors,
                LanePairs& out) {
    const Index m = std::ssize(lanes), steps = std::ssize(basis), n = basis[0].rows();
    std::vector<Rows> shares(static_cast<std::size_t>(vectors ? k : 0), Rows(steps, m));
    for (Index j = 0; j < m; ++j) {
        const Leading leading = lanes[static_cast<std::size_t>(j)].read(k, 0);
        out.values.col(j) = leading.values;
        for (std::size_t i = 0; i < shares.size(); ++i)
            shares[i].col(j) = leading.vectors.col(static_cast<Index>(i));
    }
    for (std::size_t i = 0; i < shares.size(); ++i) {
        out.vectors[i].setZero(n, m);
        for (Index s = 0; s < steps; ++s)
            for (Index row = 0; row < n; ++row)
                out.vectors[i].row(row).array() +=
                    shares[i].row(s).array() * basis[static_cast<std::size_t>(s)].row(row).array();
    }
}

}  // namespace

void leading_eigenpairs(const LaneProduct& product, Index n, Index m, Index k, bool vectors, LanePairs& out) {
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
            const bool looked_at = exhausted || complete || (step % 8 == 0 && step + 1 >= k);
            if (!lane.done && looked_at) lane.judge(k, exhausted, complete);
            all = all && lane.done;
        }
        if (all || step + 1 == steps) break;
        for (Index i = 0; i < n; ++i) next.row(i).array() *= (norm > 0.0).select(norm.inverse(), 0.0);
        start_anew(basis, norm, next);
        current.swap(next);
    }
    out.values.resize(k, m);
    out.vectors.resize(static_cast<std::size_t>(vectors ? k : 0));
    read_pairs(lanes, basis, k, vectors, out);
}

}  // namespace kairos::dynamics
