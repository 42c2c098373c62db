// Several of the largest eigenvalues: block Lanczos iteration in its banded form, one product a step, that keeps its vectors and orthogonalises
// against all of them (twice is enough), so that no ghost counts as an eigenvalue. From k starts the images span, of every eigenvalue, as many
// of its vectors as it has copies, up to k: those of an exhausted direction are left out, and once none is left in a lane, its pairs are exact.
// Where the basis is full it is replaced by its best Ritz vectors (thick restart: Wu and Simon 2000).
#include <algorithm>
#include <cmath>
#include <vector>

#include "kairos/base/decompositions.hpp"
#include "kairos/dynamics/posterior.hpp"
#include "lanczos.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index most_sweeps = 400;  // of k products
// Of the largest image so far, and of that or the largest eigenvalue.
constexpr double exhausted_below = 1e-12, converged_below = 1e-11;

// Of one lane, descending: Ritz values, the combinations of its basis that are their vectors, and what A makes of these beyond the basis.
struct RitzPairs {
    Vector values;
    Matrix combinations, beyond;
};

// What is known of one lane: which vectors of the basis it has, and V^T A V, a band, of which the triangle below the diagonal is kept.
struct LaneBand {
    Matrix projected;
    std::vector<bool> present;
    RitzPairs ritz;
    double asymmetry = 0.0;  // of V^T A V, the largest of a column: rounding of the product
    bool done = false;

    // The image of the vector `column`: what it shares with the vectors before it is known from theirs.
    void append(Index column, const auto& shares, double norm) {
        const Index size = shares.size();
        asymmetry = std::max(asymmetry,
                             (shares.head(column) - projected.row(column).head(column).transpose()).norm());
        projected.col(column).segment(column, size - column) = shares.tail(size - column);
        projected(size, column) = norm;
    }

    // From the images of the first `columns` vectors of the basis.
    void solve(Index columns, Index most) {
        const auto size = std::ssize(present);
        std::vector<Index> mine;
        for (Index i = 0; i < columns; ++i)
            if (present[static_cast<std::size_t>(i)]) mine.push_back(i);
        const EigenPairs ascending = symmetric_eigen(projected(mine, mine));
        const Index count = std::min<Index>(most, std::ssize(mine));
        ritz.values = ascending.values.reverse().head(count);
        ritz.combinations = Matrix::Zero(columns, count);
        ritz.combinations(mine, Eigen::all) = ascending.vectors.rowwise().reverse().leftCols(count);
        ritz.beyond = projected.block(columns, 0, size - columns, columns) * ritz.combinations;
    }
    // To the accuracy asked for, or that of a product whose rounding is as large in all n directions as in those of the basis.
    [[nodiscard]] bool converged(Index k, double largest_image, Index n) const {
        const double share = static_cast<double>(ritz.combinations.rows()) / static_cast<double>(n);
        const double rounding = 2.0 * asymmetry / std::sqrt(share);
        const double wanted = converged_below * std::max(ritz.values[0], largest_image);
        return ritz.beyond.leftCols(k).colwise().norm().maxCoeff() <= std::max(wanted, rounding);
    }
    // The basis begins with its Ritz vectors, `kept` or less, and goes on with the vectors that have no image yet.
    void restart(Index columns, Index kept) {
        const Index count = ritz.values.size(), pending = ritz.beyond.rows();
        projected.setZero();
        projected.diagonal().head(count) = ritz.values;
        projected.block(kept, 0, pending, count) = ritz.beyond;
        present.erase(present.begin() + count, present.begin() + columns);
        present.insert(present.begin() + count, static_cast<std::size_t>(kept - count), false);
        std::fill_n(present.begin(), count, true);
    }
};

class BlockLanczos {
public:
    BlockLanczos(const LaneProduct& product, Index n, Index m, Index k)
        : product_(product),
          n_(n),
          k_(k),
          bound_(iterated_vectors(n, k) - k),
          kept_(std::max(k, bound_ / 3)),
          scale_(Lanes::Zero(m)),
          lanes_(static_cast<std::size_t>(m)) {
        for (LaneBand& lane : lanes_) lane.projected.setZero(bound_ + k, bound_ + k);
        start();
    }

    void run(bool vectors, LanePairs& out) {
        out.values.resize(k_, scale_.size());
        out.vectors.assign(static_cast<std::size_t>(vectors ? k_ : 0), Rows::Zero(n_, scale_.size()));
        // The small eigenvalue problems grow with the step: far out they are solved now and then.
        Index next_look = k_;
        for (Index step = 1;; ++step) {
            advance();
            const bool last = step == most_sweeps * k_, full = columns_ == bound_;
            if (!last && !full && columns_ < next_look) continue;
            look(last, out);
            if (std::ranges::all_of(lanes_, &LaneBand::done)) return;
            if (full) restart();
            next_look = columns_ + std::max(k_, columns_ / 8);
        }
    }

private:
    void start() {
        for (Index i = 0; i < k_; ++i) {
            image_.resize(n_, scale_.size());
            for (Index row = 0; row < n_; ++row)
                image_.row(row).setConstant(lanczos_start_entry(static_cast<std::uint64_t>(row + n_ * i)));
            orthogonalise();
            append(Lanes::Zero(scale_.size()));
        }
    }
    // The image of the next vector of the basis; what it has beyond the basis is one vector more.
    void advance() {
        const Rows& column = basis_[static_cast<std::size_t>(columns_)];
        if (column.isZero(0.0))
            image_.setZero(n_, scale_.size());
        else
            product_(column, image_);
        scale_ = scale_.max(lane_dots(image_, image_).sqrt());
        orthogonalise();
        const Lanes norm = append(exhausted_below * scale_);
        for (std::size_t j = 0; j < lanes_.size(); ++j) {
            const auto lane = static_cast<Index>(j);
            lanes_[j].append(columns_, Vector(shares_.col(lane)), norm[lane]);
        }
        ++columns_;
    }
    // image_ less its shares_ of the basis.
    void orthogonalise() {
        shares_.setZero(std::ssize(basis_), scale_.size());
        for (int pass = 0; pass < 2; ++pass)
            for (std::size_t i = 0; i < basis_.size(); ++i) {
                const Lanes share = lane_dots(basis_[i], image_);
                shares_.row(static_cast<Index>(i)).array() += share;
                for (Index row = 0; row < n_; ++row)
                    image_.row(row).array() -= share * basis_[i].row(row).array();
            }
    }
    // image_, normalised, joins the basis: 0 in the lanes where no more of it is left than `negligible`. Its norm.
    Lanes append(const Lanes& negligible) {
        Lanes norm = lane_dots(image_, image_).sqrt();
        norm = (norm > negligible).select(norm, 0.0);
        const Lanes inverse = (norm > 0.0).select(norm.inverse(), 0.0);
        for (Index row = 0; row < n_; ++row) image_.row(row).array() *= inverse;
        basis_.push_back(image_);
        for (std::size_t j = 0; j < lanes_.size(); ++j)
            lanes_[j].present.push_back(norm[static_cast<Index>(j)] > 0.0);
        return norm;
    }
    // Lanes that are done are read and left alone: what becomes of a lane does not depend on those beside it.
    void look(bool last, LanePairs& out) {
        std::vector<Rows> shares(out.vectors.size(), Rows::Zero(columns_, scale_.size()));
        for (std::size_t j = 0; j < lanes_.size(); ++j) {
            LaneBand& lane = lanes_[j];
            if (lane.done) continue;
            lane.solve(columns_, kept_);
            lane.done = last || lane.converged(k_, scale_[static_cast<Index>(j)], n_);
            if (!lane.done) continue;
            out.values.col(static_cast<Index>(j)) = lane.ritz.values.head(k_).cwiseMax(0.0);
            for (std::size_t i = 0; i < shares.size(); ++i)
                shares[i].col(static_cast<Index>(j)) = lane.ritz.combinations.col(static_cast<Index>(i));
            lane.ritz = {};
        }
        for (std::size_t i = 0; i < shares.size(); ++i) add_combination(shares[i], out.vectors[i]);
    }
    void add_combination(const Rows& shares, Rows& out) const {
        if (shares.isZero(0.0)) return;
        for (Index i = 0; i < shares.rows(); ++i)
            for (Index row = 0; row < n_; ++row)
                out.row(row).array() +=
                    shares.row(i).array() * basis_[static_cast<std::size_t>(i)].row(row).array();
    }
    // Coordinate by coordinate, so that the basis is never held twice.
    void restart() {
        std::vector<Rows> shares(static_cast<std::size_t>(kept_), Rows::Zero(columns_, scale_.size()));
        for (std::size_t j = 0; j < lanes_.size(); ++j)
            for (Index i = 0; i < lanes_[j].ritz.values.size(); ++i)
                shares[static_cast<std::size_t>(i)].col(static_cast<Index>(j)) =
                    lanes_[j].ritz.combinations.col(i);
        Rows old(columns_, scale_.size());
        for (Index row = 0; row < n_; ++row) {
            for (Index i = 0; i < columns_; ++i) old.row(i) = basis_[static_cast<std::size_t>(i)].row(row);
            for (std::size_t i = 0; i < shares.size(); ++i)
                basis_[i].row(row).array() = lane_dots(shares[i], old);
        }
        basis_.erase(basis_.begin() + kept_, basis_.begin() + columns_);
        for (LaneBand& lane : lanes_) lane.restart(columns_, kept_);
        columns_ = kept_;
    }

    const LaneProduct& product_;
    Index n_, k_;
    Index bound_, kept_;  // most vectors that have an image, and how many a restart keeps
    Index columns_ = 0;   // of the basis that have an image; k_ more have none yet
    Lanes scale_;         // norm of the largest image
    std::vector<LaneBand> lanes_;
    std::vector<Rows> basis_;
    Rows image_, shares_;
};

}  // namespace

Index iterated_vectors(Index n, Index k) { return std::min(n + k, std::max<Index>(96, 6 * k)) + k; }

void leading_eigenpairs(const LaneProduct& product, Index n, Index m, Index k, bool vectors, LanePairs& out) {
    BlockLanczos(product, n, m, k).run(vectors, out);
}

}  // namespace kairos::dynamics
