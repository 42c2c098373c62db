// src/dynamics/online_softmax.hpp: a softmax over n data for a block of trajectories, fed tile by tile.
//
//   e_j = exp(l_j - reference),   delta_j = max_k l_k - l_j,   Z = sum_j e_j,   w_j = e_j/Z
//   -log w_top = log1p(sum_{j != top} e_j/e_top),   h = -log w_top + sum_{j != top} w_j delta_j
//   v = sum_j w_j delta_j^2 - (sum_j w_j delta_j)^2
//   H(j|x,c) = sum_c ( sum_{j in c} w_j delta_j + w_c log(sum_{j in c} e^-delta_j) )
//   drawn datum: the tile with the largest log(sum of its e) + reference - log(-log u1), in it the first row whose
//   cumulated e exceeds u2 times the tile's sum
//
// Never more than a tile is held. The reference is the maximum of the first tile and follows the maximum only when that
// has run away by 200 (float: 20), so that what a caller accumulates with the weights is seldom rescaled. The sums leave the top datum
// out: entropies of 1e-30 keep their digits. Of equal logits the first in the stream is the top. delta is taken from
// the maximum so far, and grows by what the maximum grows: all sums are of terms of one sign. In H(j|x,c) the class of
// the top datum keeps its digits too; what the other classes add is exact to 1e-13 of their weight.
//
// Shapes: lanes are trajectories first .. first + m - 1. Units: nats. Errors: none; a lane without a logit in the range of doubles has NaN for
// everything, and datum 0. Results depend on how the data are cut into tiles only by rounding, and not on the lanes around a lane.
// Source: Milakov and Gimelshein 2018 (online softmax); Gumbel 1954 (the draw).
#pragma once
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "kairos/dynamics/posterior.hpp"
#include "softmax_tile.hpp"

namespace kairos::dynamics {

class OnlineSoftmax {
public:
    // Forgets everything. draw: whose uniforms 2 number and 2 number + 1 (of the tile) choose a datum a lane.
    // fourth: whether summarise() shall fill Latent::fourth.
    void begin(Index lanes, std::span<const int> classes_per_level, bool fourth,
               const std::optional<Draw>& draw, TrajectoryId first);

    // Leaves weights in the tile, 0 for a datum that is the top of a lane now. True where the reference of some lane has moved: then what was
    // accumulated with earlier weights is to be multiplied by rescale[lane] (1 where it has not moved). rescale: [lanes].
    template <class Real>
    bool absorb(const LogitTile<Real>& tile, double* rescale);

    // After the last tile and part.
    void finish();

    // Data that were a top and are no longer, since begin() or the last call: with exp(logit - reference) they join the others.
    struct Joined {
        Index lane;
        std::int64_t datum;
        double logit;
    };
    [[nodiscard]] std::vector<Joined> take_joined() { return std::exchange(joined_, {}); }

    // Adds another part of the data, which comes later in the stream: associative.
    void merge(const OnlineSoftmax& other);
    // Everything summed so far, as numbers; unpack and merge take them from the front, after the same begin().
    void pack(std::vector<double>& out) const;
    void unpack(std::span<const double>& in);
    void merge(std::span<const double>& in);
    // exp(reference - other): takes what was accumulated with these weights to the weights of another reference.
    [[nodiscard]] Lanes factor_to(const Lanes& other) const { return (reference_ - other).exp(); }

    [[nodiscard]] const Lanes& reference() const { return reference_; }
    [[nodiscard]] const Lanes& maximum() const { return maximum_; }
    [[nodiscard]] Lanes total() const;      // Z
    [[nodiscard]] Lanes log_total() const;  // log sum_j exp(l_j - maximum)
    // exp(maximum - reference), and over the data but the top one: sum of e, of e norm2, and of e in one class
    [[nodiscard]] double top_weight(Index lane) const;
    [[nodiscard]] double others(Index lane) const { return sums_(TileSums::others, lane); }
    [[nodiscard]] double moment(Index lane) const { return sums_(TileSums::moment, lane); }
    [[nodiscard]] double class_others(std::size_t level, Index c, Index lane) const {
        return class_sums_[level](c, lane);
    }
    // Numbers of the data, one a lane; -1 where there were none so far.
    [[nodiscard]] std::int64_t top(Index lane) const { return top_[static_cast<std::size_t>(lane)]; }
    [[nodiscard]] const std::vector<std::int64_t>& chosen() const { return chosen_; }  // empty without a draw
    // Every field but component.weights and component.within.
    void summarise(Latent& component, std::vector<Latent>& levels) const;

private:
    // Of one lane, over all data but the top one, relative to the reference.
    using LaneSums = Eigen::Array<double, TileSums::count, 1>;
    static void scale(LaneSums& sums, double factor);
    static void lift(LaneSums& sums, double rise);  // every delta grows by it
    [[nodiscard]] static double fourth_about(const LaneSums& sums, double from, double top_weight);
    struct Rise {  // the new top of a lane stands in this row of the tile
        Index lane, row;
    };

    [[nodiscard]] Index lanes() const { return reference_.size(); }
    [[nodiscard]] bool met_none(Index lane) const { return top(lane) < 0; }
    void set_top(Index lane, std::int64_t datum, double norm2);
    [[nodiscard]] int* classes_of_top(Index lane) { return top_class_.data() + lane * levels(); }
    [[nodiscard]] const int* classes_of_top(Index lane) const { return top_class_.data() + lane * levels(); }
    [[nodiscard]] Index levels() const { return static_cast<Index>(class_sums_.size()); }
    double move_reference(Index lane, double reference);
    void raise_maximum(Index lane, double maximum);
    void join(Index lane, double logit, double norm2, const int* classes);
    template <class Real>
    bool follow_maxima(const LogitTile<Real>& tile, const double* highest, double* rescale);
    template <class Real>
    [[nodiscard]] static Index first_row_of(const LogitTile<Real>& tile, Index lane, double logit);
    template <class Real>
    void crown(const LogitTile<Real>& tile, const Rise& rise);
    void fold(std::span<const Cell> cells);
    template <class Real>
    void draw_from(const LogitTile<Real>& tile);
    template <class Real>
    [[nodiscard]] std::int64_t datum_at(const LogitTile<Real>& tile, Index lane, double threshold) const;
    void merge_lane(Index lane, const OnlineSoftmax& other);
    void merge_classes(Index lane, const OnlineSoftmax& other);
    void fill_weights(std::size_t level, Latent& out) const;
    void fill_within(std::size_t level, Latent& out) const;

    Lanes reference_, maximum_;
    Rows sums_;  // [TileSums::count x m], a column for each lane: LaneSums
    std::vector<std::int64_t> top_;
    Lanes top_norm2_;
    std::vector<Rows> class_sums_;  // per level [2 C x m]: e, then e (l - reference), without the top datum
    std::vector<int> top_class_;    // [m x level]
    bool fourth_ = false;
    std::optional<Draw> draw_;
    TrajectoryId first_{};
    Lanes key_;  // of the tile drawn so far
    std::vector<std::int64_t> chosen_;

    // Of the tile at hand.
    TileSums tile_;
    std::vector<Rise> rises_;
    std::vector<Joined> joined_;
    Lanes total_, key_of_tile_, place_;
};

}  // namespace kairos::dynamics
