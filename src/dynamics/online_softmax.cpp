// src/dynamics/online_softmax.cpp: tiles in; online_softmax_parts.cpp merges parts, online_softmax_results.cpp reads what was summed.
#include "online_softmax.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "kairos/random/vector_math.hpp"

namespace kairos::dynamics {
namespace {

// How far the maximum may be above the reference: e^2, summed over a tile, stays finite.
template <class Real>
constexpr double leash = sizeof(Real) == sizeof(double) ? 200.0 : 20.0;

std::span<double> span_of(Lanes& lanes) { return {lanes.data(), static_cast<std::size_t>(lanes.size())}; }

}  // namespace

void OnlineSoftmax::set_top(Index lane, std::int64_t datum, double norm2) {
    top_[static_cast<std::size_t>(lane)] = datum;
    top_norm2_[lane] = norm2;
}

void OnlineSoftmax::scale(LaneSums& sums, double factor) {
    sums *= factor;
    sums[TileSums::collision] *= factor;
}

void OnlineSoftmax::lift(LaneSums& sums, double rise) {
    const double others = sums[TileSums::others];
    double &linear = sums[TileSums::linear], &square = sums[TileSums::square];
    double &cubic = sums[TileSums::cubic], &quartic = sums[TileSums::quartic];
    quartic += rise * (4.0 * cubic + rise * (6.0 * square + rise * (4.0 * linear + rise * others)));
    cubic += rise * (3.0 * square + rise * (3.0 * linear + rise * others));
    square += rise * (2.0 * linear + rise * others);
    linear += rise * others;
}

void OnlineSoftmax::begin(Index lanes, std::span<const int> classes_per_level, bool fourth,
                          const std::optional<Draw>& draw, TrajectoryId first) {
    const auto m = static_cast<std::size_t>(lanes);
    reference_.setConstant(lanes, absent_logit);
    maximum_ = reference_;
    sums_.setZero(TileSums::count, lanes);
    top_.assign(m, -1);
    top_norm2_.setZero(lanes);
    class_sums_.resize(classes_per_level.size());
    for (std::size_t l = 0; l < class_sums_.size(); ++l) {
        class_sums_[l].setZero(2 * static_cast<Index>(classes_per_level[l]), lanes);
    }
    top_class_.assign(class_sums_.size() * m, 0);
    fourth_ = fourth;
    draw_ = draw;
    first_ = first;
    key_.setConstant(lanes, -std::numeric_limits<double>::infinity());
    chosen_.assign(draw ? m : 0, -1);
    joined_.clear();
}

double OnlineSoftmax::top_weight(Index lane) const { return std::exp(maximum_[lane] - reference_[lane]); }

// Returns what weights are multiplied by: 1 where there are none.
double OnlineSoftmax::move_reference(Index lane, double reference) {
    if (met_none(lane)) {
        reference_[lane] = reference;
        return 1.0;
    }
    const double shift = reference_[lane] - reference;
    const double factor = std::exp(shift);
    LaneSums sums = sums_.col(lane);
    scale(sums, factor);
    sums_.col(lane) = sums;
    for (Rows& sum : class_sums_) {
        const Index classes = sum.rows() / 2;
        for (Index c = 0; c < classes; ++c) {
            sum(classes + c, lane) = factor * (sum(classes + c, lane) + shift * sum(c, lane));
            sum(c, lane) *= factor;
        }
    }
    reference_[lane] = reference;
    return factor;
}

// The old top, if there is one, becomes one of the others.
void OnlineSoftmax::raise_maximum(Index lane, double maximum) {
    const double old = maximum_[lane];
    maximum_[lane] = maximum;
    if (met_none(lane)) return;
    LaneSums sums = sums_.col(lane);
    lift(sums, maximum - old);
    sums_.col(lane) = sums;
    join(lane, old, top_norm2_[lane], classes_of_top(lane));
    joined_.push_back({lane, top(lane), old});
}

void OnlineSoftmax::join(Index lane, double logit, double norm2, const int* classes) {
    const double above = logit - reference_[lane];
    const double e = std::exp(above), delta = maximum_[lane] - logit;
    const double second = e * delta * delta;
    LaneSums of_one;
    of_one << e, e * delta, second, second * delta, second * delta * delta, e * e, e * norm2;
    sums_.col(lane).array() += of_one;
    for (Rows& sum : class_sums_) {
        sum(*classes, lane) += e;
        sum(sum.rows() / 2 + *classes, lane) += e * above;
        ++classes;
    }
}

template <class Real>
bool OnlineSoftmax::absorb(const LogitTile<Real>& tile, double* rescale) {
    const Index width = (lanes() + 15) / 16 * 16;
    assert(width <= tile.stride && (class_sums_.empty() || !tile.cells.empty()));
    Lanes highest(width);
    if (tile.largest == nullptr) tile_maxima(tile.logits, tile.rows, tile.stride, width, highest.data());
    const bool moved = follow_maxima(tile, tile.largest ? tile.largest : highest.data(), rescale);

    // lanes that fill up the last vector get weights of 0
    Lanes reference = Lanes::Constant(width, -absent_logit);
    highest = reference;
    // likewise those of lanes that have met no datum yet
    reference.head(lanes()) = (maximum_ > absent_logit).select(reference_, -absent_logit);
    highest.head(lanes()) = (maximum_ > absent_logit).select(maximum_, -absent_logit);
    tile_weights(tile, width, reference.data(), highest.data(), fourth_, tile_);
    fold(tile.cells);
    for (const Rise& rise : rises_) {
        tile.weights[rise.row * tile.stride + rise.lane] = static_cast<Real>(top_weight(rise.lane));
    }
    if (draw_) {
        draw_from(tile);
    }
    for (const Rise& rise : rises_) {
        tile.weights[rise.row * tile.stride + rise.lane] = Real{0};
    }
    return moved;
}

void OnlineSoftmax::finish() {
    for (Index lane = 0; lane < lanes(); ++lane) {
        if (!met_none(lane)) continue;
        set_top(lane, 0, 0.0);
        reference_[lane] = maximum_[lane] = std::numeric_limits<double>::quiet_NaN();
        if (draw_) chosen_[static_cast<std::size_t>(lane)] = 0;
    }
}

template <class Real>
Index OnlineSoftmax::first_row_of(const LogitTile<Real>& tile, Index lane, double logit) {
    Index row = 0;
    while (tile.logits[row * tile.stride + lane] != logit) ++row;
    return row;
}

// Tops and references for the maxima of a tile; the tops leave it, so that no sum sees them.
template <class Real>
bool OnlineSoftmax::follow_maxima(const LogitTile<Real>& tile, const double* highest, double* rescale) {
    rises_.clear();
    bool moved = false;
    for (Index lane = 0; lane < lanes(); ++lane) {
        rescale[lane] = 1.0;
        const double maximum = highest[lane];
        if (!(maximum > maximum_[lane])) {
            continue;
        }
        if (maximum - reference_[lane] > leash<Real>) {
            moved |= !met_none(lane);
            rescale[lane] = move_reference(lane, maximum);
        }
        raise_maximum(lane, maximum);
        rises_.push_back({lane, first_row_of(tile, lane, maximum)});
        crown(tile, rises_.back());
    }
    return moved;
}

template <class Real>
void OnlineSoftmax::crown(const LogitTile<Real>& tile, const Rise& rise) {
    set_top(rise.lane, tile.datum[rise.row], tile.norm2[rise.row]);
    tile.logits[rise.row * tile.stride + rise.lane] = absent_logit;
    if (!class_sums_.empty()) {
        const auto after = std::ranges::upper_bound(tile.cells, rise.row, {}, &Cell::first);
        std::copy_n(std::prev(after)->classes, levels(), classes_of_top(rise.lane));
    }
}

void OnlineSoftmax::fold(std::span<const Cell> cells) {
    const Index m = lanes();
    sums_ += tile_.lanes.leftCols(m);
    if (class_sums_.empty()) {
        return;
    }
    const Lanes above = maximum_ - reference_;
    for (std::size_t k = 0; k < cells.size(); ++k) {
        const auto e = tile_.cells.row(2 * static_cast<Index>(k)).head(m).array();
        const auto linear = tile_.cells.row(2 * static_cast<Index>(k) + 1).head(m).array();
        for (std::size_t l = 0; l < class_sums_.size(); ++l) {
            const Index c = cells[k].classes[l], classes = class_sums_[l].rows() / 2;
            class_sums_[l].row(c).array() += e;
            class_sums_[l].row(classes + c).array() += above * e - linear;
        }
    }
}

template <class Real>
void OnlineSoftmax::draw_from(const LogitTile<Real>& tile) {
    total_ = tile_.lanes.row(TileSums::others).head(lanes());
    for (const Rise& rise : rises_) {
        total_[rise.lane] += top_weight(rise.lane);
    }
    place_.resize(lanes());
    key_of_tile_.resize(lanes());
    random::fill_uniforms(draw_->stream, first_, draw_->step, span_of(place_), 2 * tile.number);
    random::log_of(span_of(place_), span_of(place_));
    place_ = -place_;
    random::log_of(span_of(place_), span_of(place_));
    random::log_of(span_of(total_), span_of(key_of_tile_));
    key_of_tile_ += reference_ - place_;
    random::fill_uniforms(draw_->stream, first_, draw_->step, span_of(place_), 2 * tile.number + 1);
    for (Index lane = 0; lane < lanes(); ++lane) {
        if (key_of_tile_[lane] > key_[lane]) {
            key_[lane] = key_of_tile_[lane];
            chosen_[static_cast<std::size_t>(lane)] = datum_at(tile, lane, place_[lane] * total_[lane]);
        }
    }
}

// Where the cumulated weights pass the threshold; the last datum that has a weight where rounding keeps them below.
template <class Real>
std::int64_t OnlineSoftmax::datum_at(const LogitTile<Real>& tile, Index lane, double threshold) const {
    double sum = 0.0;
    Index last = 0;
    for (Index row = 0; row < tile.rows && !(sum > threshold); ++row) {
        const double e = static_cast<double>(tile.weights[row * tile.stride + lane]);
        sum += e;
        last = e > 0.0 ? row : last;
    }
    return tile.datum[last];
}

template bool OnlineSoftmax::absorb(const LogitTile<double>&, double*);
template bool OnlineSoftmax::absorb(const LogitTile<float>&, double*);

}  // namespace kairos::dynamics
