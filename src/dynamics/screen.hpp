// src/dynamics/screen.hpp: which of many data can matter to which trajectories, from logits of numbers in 16 bits.
//
//   |l~_j - l_j| <= B = sqrt(d)/2 (s_x max_k |y_k| + s_y |x| + sqrt(d)/2 s_x s_y)        x: (alpha/v) times the state; s: steps (quantised.hpp);
//                                                                                        data and states about the centre (centred_data.hpp)
//   kept: every j with l~_j >= max_k l~_k - W (1 + 1/200 at most),   W = 40 + log n + 2 B
//
// Whatever is dropped lies more than 40 + log n nats below the largest exact logit: all of it together weighs less than e^-40, and
// entropies change by less than 1e-12. What is kept is evaluated again in doubles, so that the 16 bits never show in a result.
// The decision is one of trajectory and datum alone: neither the other lanes nor where the data were cut changes it.
//
// Of every logit a byte is held until the largest is known: how far it lies below the largest so far (gaps.hpp).
//
// Pays once trajectories have condensed: whether they have is asked of the law and the time, by a few states drawn from the law itself.
// Shapes: lanes in panels of 32. Source: docs/performance.md, "Screening".
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "kairos/dynamics/packed_data.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/dynamics/states.hpp"
#include "packed_tile.hpp"
#include "tile_data.hpp"

namespace kairos::dynamics {

class Screen {
public:
    // packed: of this order, or null.
    Screen(const law::Mixture& mixture, const DataOrder& order, const DataConstants& constants,
           std::shared_ptr<const PackedData> packed = nullptr);

    // Whether there are so many data that leaving some out can pay.
    [[nodiscard]] static bool may_pay(Index components);

    // variance: v. Depends on law and time alone.
    [[nodiscard]] bool pays(const TimePoint& time, double variance);
    // states: x'
    void run(const States& states, const TimePoint& time, double variance);

    // Bit q: the datum in this position of the order may matter to lane q of a panel. After run().
    [[nodiscard]] std::uint32_t lanes(Index position, Index panel) const {
        const std::uint64_t both = kept_[static_cast<std::size_t>(panel / 2 * positions_ + position)];
        return static_cast<std::uint32_t>(both >> (panel % 2 == 0 ? 0 : 32));
    }
    [[nodiscard]] double window(Index lane) const { return window_[static_cast<std::size_t>(lane)]; }

private:
    void take_tile(std::size_t number);
    void begin(const States& states, const TimePoint& time, double variance);
    void pass(std::size_t stride);
    void settle(std::size_t stride);
    [[nodiscard]] std::uint8_t limit_of(Index lane, double highest_then) const;
    [[nodiscard]] States probes(double alpha, double variance, const std::vector<std::int64_t>& data) const;
    [[nodiscard]] double share_kept(std::size_t stride) const;

    const law::Mixture* mixture_;
    const DataOrder* order_;
    const DataConstants* constants_;
    Index positions_;
    std::shared_ptr<const PackedData> packed_;
    double step_, largest_norm_;                      // s_y, max |y|
    std::map<std::pair<double, double>, bool> pays_;  // by alpha and v

    double half_ = 0;  // alpha^2/2v
    Index lane_count_ = 0;
    PackedTile<NumberPair> tile_;
    TileData data_;
    Aligned<NumberPair> states_;
    std::vector<double> factors_;  // [lane], s_x s_y
    Aligned<double> logits_;
    std::vector<double> window_, steps_, highest_;  // [lane], filled up to whole panels
    std::vector<double> highest_then_;              // [tile][lane]: when that tile had passed
    std::vector<std::uint8_t> gaps_;                // [panel of 64][position][lane]
    std::vector<std::uint64_t> kept_;               // [panel of 64][position]
};

}  // namespace kairos::dynamics
