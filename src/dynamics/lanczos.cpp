#include "lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>
#include "kairos/base/decompositions.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index iterations = 400;

struct Ritz {
    double value = 0.0, residual = 0.0;
};

Ritz largest_ritz(const Vector& diagonal, const Vector& off_diagonal, double next_off_diagonal) {
    const auto [values, vectors] = tridiagonal_eigen(diagonal, off_diagonal);
    const Index last = diagonal.size() - 1;
    return {values[last], std::abs(next_off_diagonal * vectors(last, last))};
}

// The tridiagonal matrices of all lanes, and which lanes have converged.
class Tridiagonals {
public:
    Tridiagonals(Index m, double negligible)
        : negligible_(negligible), value_(Lanes::Zero(m)), done_(static_cast<std::size_t>(m), false) {}

    void append(const Lanes& diagonal, const Lanes& off_diagonal) {
        diagonal_.push_back(diagonal);
        off_diagonal_.push_back(off_diagonal);
    }
    // True when no lane is left.
    bool update() {
        bool all = true;
        for (Index j = 0; j < value_.size(); ++j) {
            const auto lane = static_cast<std::size_t>(j);
            done_[lane] = done_[lane] || update_lane(j);
            all = all && done_[lane];
        }
        return all;
    }
    [[nodiscard]] const Lanes& values() const { return value_; }

private:
    bool update_lane(Index j) {
        const auto size = static_cast<Index>(diagonal_.size());
        Vector diagonal(size), off_diagonal(size - 1);
        for (Index i = 0; i < size; ++i) {
            diagonal[i] = diagonal_[static_cast<std::size_t>(i)][j];
            if (i + 1 < size) {
                off_diagonal[i] = off_diagonal_[static_cast<std::size_t>(i)][j];
            }
        }
        const Ritz ritz = largest_ritz(diagonal, off_diagonal, off_diagonal_.back()[j]);
        const double change = std::abs(ritz.value - value_[j]);
        value_[j] = ritz.value;
        return ritz.value + ritz.residual <= negligible_ || ritz.residual <= 1e-11 * ritz.value ||
               (ritz.residual <= 1e-6 * ritz.value && change <= 1e-13 * ritz.value);
    }

    double negligible_;
    Lanes value_;
    std::vector<bool> done_;
    std::vector<Lanes> diagonal_, off_diagonal_;
};

}  // namespace

Lanes lane_dots(const Rows& a, const Rows& b) {
    Lanes out = Lanes::Zero(a.cols());
    for (Index i = 0; i < a.rows(); ++i) out += a.row(i).array() * b.row(i).array();
    return out;
}

double lanczos_start_entry(std::uint64_t i) {
    std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15U;  // SplitMix64
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<double>((z ^ (z >> 31U)) >> 11U) * 0x1.0p-52 - 1.0;
}

void largest_eigenvalues(const LaneProduct& product, Index n, Index m, double negligible, Lanes& out) {
    Vector start(n);
    for (Index i = 0; i < n; ++i) {
        start[i] = lanczos_start_entry(static_cast<std::uint64_t>(i));
    }
    Rows current = start.normalized().replicate(1, m), previous = Rows::Zero(n, m), next;
    Lanes diagonal, off_diagonal = Lanes::Zero(m), inverse;
    Tridiagonals tridiagonals(m, negligible);
    for (Index step = 0; step < iterations; ++step) {
        product(current, next);
        diagonal = lane_dots(current, next);
        for (Index i = 0; i < n; ++i) {
            next.row(i).array() -= diagonal * current.row(i).array() + off_diagonal * previous.row(i).array();
        }
        off_diagonal = lane_dots(next, next).sqrt();
        tridiagonals.append(diagonal, off_diagonal);
        // The small eigenvalue problems grow with the step: far out they are solved now and then.
        if ((step < 8 || step % 8 == 0 || step + 1 == iterations) && tridiagonals.update()) {
            break;
        }
        // A lane whose Krylov space is exhausted stays at 0.
        inverse = (off_diagonal > 0).select(off_diagonal.inverse(), 0.0);
        previous.swap(current);
        current = next;
        for (Index i = 0; i < n; ++i) {
            current.row(i).array() *= inverse;
        }
    }
    out = tridiagonals.values();
}

}  // namespace kairos::dynamics
