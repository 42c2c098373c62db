#include "screen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gaps.hpp"
#include "kairos/random/noise.hpp"
#include "quantised.hpp"
#include "softmax_tile.hpp"
#include "tile_products.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index screen_width = panel_width<NumberPair>;
static_assert(screen_width == 64, "the bits of a panel are one number");
constexpr double steps_of_window = 200.0;    // fits a byte
constexpr double negligible = 40.0;          // nats below the top; log n more, since n data may lie there
constexpr Index probe_count = screen_width;  // states that tell whether trajectories have condensed at a time
constexpr std::size_t sampled = 16;          // one tile of so many is looked at for that
constexpr double most_kept =
    1 / 128.0;  // of the data, per trajectory: 32 of them then share a quarter of the data at most

constexpr Index many_to_screen = 4096;

}  // namespace

bool Screen::may_pay(Index components) { return components >= many_to_screen; }

Screen::Screen(const law::Mixture& mixture, const DataOrder& order, const DataConstants& constants,
               std::shared_ptr<const PackedData> packed)
    : mixture_(&mixture),
      order_(&order),
      constants_(&constants),
      positions_(order.positions()),
      packed_(packed && packed->has_pairs() ? std::move(packed) : nullptr),
      step_(packed_ ? packed_->pair_step() : step_for(constants.data.largest())),
      largest_norm_(std::sqrt(constants.norm2.maxCoeff())),
      tile_(mixture.coordinates()) {
    tile_.quantise_by(step_);
}

void Screen::begin(const States& states, const TimePoint& time, double variance) {
    const double scale = time.alpha / variance, n = static_cast<double>(mixture_->components()),
                 d = static_cast<double>(mixture_->coordinates());
    half_ = 0.5 * time.alpha * scale;
    lane_count_ = states.count();
    const Index lanes = round_up(lane_count_, screen_width);
    quantise_panels(states.x, scale, tile_.coordinates(), factors_, states_);
    logits_.reserve(static_cast<std::size_t>(lanes * tile_rows));
    const auto size = static_cast<std::size_t>(lanes), tiles = order_->tiles().size();
    window_.assign(size, negligible + std::log(n));
    for (Index q = 0; q < lane_count_; ++q) {
        auto& factor = factors_[static_cast<std::size_t>(q)];
        window_[static_cast<std::size_t>(q)] +=
            2.0 * quantisation_error(factor, scale * states.x.col(q).norm(), step_, largest_norm_, d);
        factor *= step_;
    }
    steps_.resize(size);
    std::ranges::transform(window_, steps_.begin(), [](double window) { return steps_of_window / window; });
    highest_.assign(size, -std::numeric_limits<double>::infinity());
    highest_then_.resize(tiles * size);
    gaps_.resize(size * static_cast<std::size_t>(positions_));
    kept_.assign(size / screen_width * static_cast<std::size_t>(positions_), 0);
}

void Screen::take_tile(std::size_t number) {
    const std::vector<DataTile>& tiles = order_->tiles();
    data_.take_all(*order_, tiles[number], *constants_, half_);
    if (!packed_) return tile_.take(constants_->data, data_.columns);
    const bool last = number + 1 == tiles.size();
    tile_.look_at(packed_->tile<NumberPair>(tiles[number].number), data_.rows(),
                  last ? nullptr : packed_->tile<NumberPair>(tiles[number + 1].number));
}

// Tiles 0, stride, 2 stride, ... of the order.
void Screen::pass(std::size_t stride) {
    const std::size_t lanes = highest_.size();
    std::vector<double> largest(lanes);
    for (std::size_t number = 0; number < order_->tiles().size(); number += stride) {
        const DataTile& tile = order_->tiles()[number];
        take_tile(number);
        tile_logits(tile_, states_.data(), static_cast<Index>(lanes) / screen_width,
                    {data_.constants.data(), logits_.data(), factors_.data(), largest.data()});
        for (std::size_t first = 0; first < lanes; first += screen_width) {
            const double* const logits = logits_.data() + first * tile_rows;
            for (std::size_t q = first; q < first + screen_width; ++q)
                highest_[q] = std::max(highest_[q], largest[q]);
            std::copy_n(highest_.data() + first, screen_width, highest_then_.data() + number * lanes + first);
            gaps_of(logits, tile.rows, highest_.data() + first, steps_.data() + first,
                    gaps_.data() + first * static_cast<std::size_t>(positions_) + tile.first * screen_width);
        }
    }
}

// Lanes that fill up a panel keep nothing; where a state is not finite, everything is kept.
std::uint8_t Screen::limit_of(Index lane, double highest_then) const {
    const auto q = static_cast<std::size_t>(lane);
    if (lane >= lane_count_) return 0;
    const double room = window_[q] - (highest_[q] - highest_then);
    if (!std::isfinite(room)) return 255;
    return room < 0.0 ? std::uint8_t{0} : static_cast<std::uint8_t>(1.0 + room * steps_[q]);
}

// Now that the largest logits are known: which data are kept.
void Screen::settle(std::size_t stride) {
    std::vector<std::uint8_t> limits(screen_width);
    const std::size_t lanes = highest_.size();
    for (std::size_t number = 0; number < order_->tiles().size(); number += stride) {
        const DataTile& tile = order_->tiles()[number];
        for (std::size_t first = 0; first < lanes; first += screen_width) {
            for (std::size_t q = 0; q < screen_width; ++q)
                limits[q] =
                    limit_of(static_cast<Index>(first + q), highest_then_[number * lanes + first + q]);
            if (std::ranges::all_of(limits, [](std::uint8_t limit) { return limit == 0; })) continue;
            within_limits(
                gaps_.data() + first * static_cast<std::size_t>(positions_) + tile.first * screen_width,
                tile.rows, limits.data(),
                kept_.data() + static_cast<Index>(first) / screen_width * positions_ + tile.first);
        }
    }
}

void Screen::run(const States& states, const TimePoint& time, double variance) {
    begin(states, time, variance);
    pass(1);
    settle(1);
}

bool Screen::pays(const TimePoint& time, double variance) {
    const std::pair key{time.alpha, variance};
    const auto known = pays_.find(key);
    if (known != pays_.end()) return known->second;
    const std::size_t stride = std::min(sampled, order_->tiles().size());
    std::vector<std::int64_t>
        data;  // of the tiles that are looked at, so that every probe meets its own datum
    for (std::size_t number = 0; number < order_->tiles().size(); number += stride)
        for (const std::int64_t datum : order_->data(order_->tiles()[number]))
            if (datum >= 0) data.push_back(datum);
    begin(probes(time.alpha, variance, data), time, variance);
    pass(stride);
    settle(stride);
    return pays_[key] = share_kept(stride) <= most_kept;
}

// x' = alpha y' + sqrt(v) z
States Screen::probes(double alpha, double variance, const std::vector<std::int64_t>& data) const {
    States states{TrajectoryId{0}, Rows(mixture_->coordinates(), probe_count), Lanes::Zero(probe_count)};
    random::fill_normals({0, random::Purpose::screen}, TrajectoryId{0}, StepId{0}, 0, states.x);
    for (Index q = 0; q < probe_count; ++q) {
        const auto datum = data[static_cast<std::size_t>(q) * data.size() / probe_count];
        states.x.col(q) =
            alpha * constants_->data.datum(static_cast<Index>(datum)) + std::sqrt(variance) * states.x.col(q);
    }
    return states;
}

// Of the data that were looked at, averaged over the lanes.
double Screen::share_kept(std::size_t stride) const {
    double kept = 0.0, data = 0.0;
    for (std::size_t number = 0; number < order_->tiles().size(); number += stride) {
        const DataTile& tile = order_->tiles()[number];
        data += static_cast<double>(tile.rows);
        for (Index row = tile.first; row < tile.first + tile.rows; ++row)
            kept += static_cast<double>(__builtin_popcountll(kept_[static_cast<std::size_t>(row)]));
    }
    return kept / (data * static_cast<double>(lane_count_));
}

}  // namespace kairos::dynamics
