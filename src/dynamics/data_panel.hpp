// src/dynamics/data_panel.hpp: what one panel of lanes gathers from a stream of data, and what the sums mean.
//
//   O_c = sum_{j in c, j != top} e_j y'_j,   S_c = sum_{j in c, j != top} e_j      (all data are one class unless classes are asked for)
//   mean - y_top = (sum_c O_c - S y'_top)/(e_top + S)                                            (y': centred_data.hpp)
//   sum_j w_j |y_j - mean|^2 = sum_{j != top} w_j |y_j - y_top|^2 - |mean - y_top|^2
//
// The top datum is left out of the sums, so that spreads of a posterior that has condensed keep their digits.
// Shapes: sums [class][coordinate][lane]; lanes are trajectories. Source: online_softmax.hpp.
#pragma once
#include <span>
#include <vector>

#include "kairos/base/aligned.hpp"
#include "kairos/law/mixture.hpp"
#include "online_softmax.hpp"
#include "tile_data.hpp"

namespace kairos::dynamics {

class DataPanel {
public:
    OnlineSoftmax softmax;
    Index first = 0, lanes = 0;  // of the block of states

    // labels: sums of every class of their class level apart; null: of all data together.
    void begin(const DataConstants& data, const law::Labels* labels, Index first_lane, Index lane_count,
               Index width, Index rows);
    // [coordinate][lane], `rows` of them
    [[nodiscard]] double* sums(Index c) { return sums_.data() + c * rows_ * width_; }
    // After the softmax absorbed a tile and moved its reference: the sums follow.
    void rescale_sums(const Lanes& factors);
    // After the last tile: data that have been a top and are no longer join the sums.
    void join_former_tops();

    // What was gathered, as numbers, between workers that hold the same lanes. unpack and merge take theirs from the front.
    void pack(std::vector<double>& out) const;
    void unpack(std::span<const double>& in);
    void merge(std::span<const double>& in);  // adds a part of the data that comes later in the stream

    // Of some lanes: the posterior means of y', a column each; sum_j w_j |y_j - mean|^2; sum_c w_c |mean_c - mean|^2. Spreads where they
    // are asked for.
    struct Moments {
        Matrix mean;
        Lanes spread, class_spread;
    };
    static constexpr Index lanes_at_once = 8;
    void moments_of(Index from, Index count, bool spread, bool class_spread, Moments& out);

private:
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(classes() * rows_ * width_); }
    [[nodiscard]] Index classes() const;
    void gather(Index from, Index count);
    // What gather() found: the sums of class c of the i-th of its lanes.
    [[nodiscard]] auto gathered(Index c, Index i) { return gathered_.col(c * lanes_at_once + i); }
    [[nodiscard]] double class_spread_of(Index lane, Index i, const Vector& y_top, double total);

    const DataConstants* data_ = nullptr;
    const law::Labels* labels_ = nullptr;
    Index width_ = 0, rows_ = 0;
    Aligned<double> sums_;
    Matrix gathered_;
    Vector away_, class_away_;
};

}  // namespace kairos::dynamics
