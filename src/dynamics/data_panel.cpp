#include "data_panel.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kairos::dynamics {

Index DataPanel::classes() const { return labels_ ? labels_->classes().classes() : 1; }

void DataPanel::begin(const DataConstants& data, const law::Labels* labels, Index first_lane,
                      Index lane_count, Index width, Index rows) {
    data_ = &data;
    labels_ = labels;
    first = first_lane, lanes = lane_count;
    width_ = width, rows_ = rows;
    sums_.reserve(size());
    std::fill_n(sums_.data(), size(), 0.0);
}

void DataPanel::rescale_sums(const Lanes& factors) {
    for (Index k = 0; k < classes() * rows_; ++k)
        Eigen::Map<Lanes>(sums_.data() + k * width_, lanes) *= factors;
}

// Those of a lane together: every number of its sums has a line of its own in memory.
void DataPanel::join_former_tops() {
    const auto class_of = [this](std::int64_t datum) -> Index {
        return labels_ ? labels_->classes().class_of[static_cast<std::size_t>(datum)] : 0;
    };
    const auto place_of = [&](const OnlineSoftmax::Joined& one) {
        return std::pair(one.lane, class_of(one.datum));
    };
    std::vector<OnlineSoftmax::Joined> joined = softmax.take_joined();
    std::ranges::stable_sort(joined, {}, place_of);
    constexpr std::ptrdiff_t ahead = 4;  // data that are on their way: they lie anywhere
    for (auto next = joined.begin(); next != joined.end();) {
        const auto [lane, c] = place_of(*next);
        away_.setZero(data_->data.centre.size());
        for (; next != joined.end() && place_of(*next) == std::pair(lane, c); ++next) {
            if (joined.end() - next > ahead) data_->data.fetch(static_cast<Index>(next[ahead].datum));
            away_ += std::exp(next->logit - softmax.reference()[lane]) *
                     data_->data.datum(static_cast<Index>(next->datum));
        }
        Eigen::Map<Vector, 0, Eigen::InnerStride<>>(sums(c) + lane, away_.size(),
                                                    Eigen::InnerStride<>(width_)) += away_;
    }
}

void DataPanel::pack(std::vector<double>& out) const {
    softmax.pack(out);
    for (Index k = 0; k < classes() * rows_; ++k)
        out.insert(out.end(), sums_.data() + k * width_, sums_.data() + k * width_ + lanes);
}

void DataPanel::unpack(std::span<const double>& in) {
    softmax.unpack(in);
    for (Index k = 0; k < classes() * rows_; ++k) {
        std::copy_n(in.data(), lanes, sums_.data() + k * width_);
        in = in.subspan(static_cast<std::size_t>(lanes));
    }
}

void DataPanel::merge(std::span<const double>& in) {
    OnlineSoftmax other = softmax;
    other.unpack(in);
    const Lanes before = softmax.reference();
    softmax.merge(other);
    rescale_sums((before - softmax.reference()).exp());
    const Lanes factors = other.factor_to(softmax.reference());
    for (Index k = 0; k < classes() * rows_; ++k) {
        Eigen::Map<Lanes>(sums_.data() + k * width_, lanes) +=
            factors * Eigen::Map<const Lanes>(in.data(), lanes);
        in = in.subspan(static_cast<std::size_t>(lanes));
    }
    join_former_tops();
}

void DataPanel::moments_of(Index from, Index count, bool spread, bool class_spread, Moments& out) {
    for (Index i = 0; i < count; ++i) data_->data.fetch(static_cast<Index>(softmax.top(from + i)));
    gather(from, count);
    out.mean.resize(data_->data.centre.size(), count);
    out.spread.resize(spread ? count : 0);
    out.class_spread.resize(class_spread ? count : 0);
    for (Index i = 0; i < count; ++i) {
        const Index lane = from + i, top = static_cast<Index>(softmax.top(lane));
        const Vector y_top = data_->data.datum(top);
        const double others = softmax.others(lane), total = others + softmax.top_weight(lane);
        away_ = -others * y_top;
        double along = 0.0;  // y_top . O
        for (Index c = 0; c < classes(); ++c) {
            away_ += gathered(c, i);
            along += y_top.dot(gathered(c, i));
        }
        away_ /= total;
        out.mean.col(i) = y_top + away_;
        if (spread) {
            const double from_top = softmax.moment(lane) - 2.0 * along + others * data_->norm2[top];
            const double spread_of_lane = from_top / total - away_.squaredNorm();
            out.spread[i] = spread_of_lane < 0.0 ? 0.0 : spread_of_lane;  // what is no number stays none
        }
        if (class_spread) out.class_spread[i] = class_spread_of(lane, i, y_top, total);
    }
}

// A line of memory holds the same number of eight lanes: it is read once.
void DataPanel::gather(Index from, Index count) {
    gathered_.resize(data_->data.centre.size(), classes() * lanes_at_once);
    for (Index c = 0; c < classes(); ++c) {
        const double* row = sums(c) + from;
        for (Index k = 0; k < gathered_.rows(); ++k, row += width_)
            for (Index i = 0; i < count; ++i) gathered(c, i)[k] = row[i];
    }
}

double DataPanel::class_spread_of(Index lane, Index i, const Vector& y_top, double total) {
    const int top_class = labels_->classes().class_of[static_cast<std::size_t>(softmax.top(lane))];
    double spread = 0.0;
    for (int c = 0; c < classes(); ++c) {
        const double weight = softmax.class_others(labels_->class_level, c, lane);
        const double all = weight + (c == top_class ? softmax.top_weight(lane) : 0.0);
        if (!(all > 0.0)) continue;
        class_away_ = (gathered(c, i) - weight * y_top) / all;
        spread += all / total * (class_away_ - away_).squaredNorm();
    }
    return spread;
}

}  // namespace kairos::dynamics
