#include "data_panel.hpp"

#include <algorithm>

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

void DataPanel::follow(bool moved, const double* rescale) {
    if (moved) rescale_sums(Eigen::Map<const Lanes>(rescale, lanes));
    join_former_tops();
}

void DataPanel::join_former_tops() {
    for (const auto& [lane, datum, weight] : softmax.joined()) {
        const Index c = labels_ ? labels_->classes().class_of[static_cast<std::size_t>(datum)] : 0;
        double* const to = sums(c) + lane;
        const auto y = data_->data.datum(static_cast<Index>(datum));
        for (Index k = 0; k < y.size(); ++k) to[k * width_] += weight * y[k];
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

void DataPanel::moments_of(Index lane, bool spread, bool class_spread, Moments& out) {
    const auto top = static_cast<Index>(softmax.top(lane));
    const Vector y_top = data_->data.datum(top);
    const double others = softmax.others(lane), total = others + softmax.top_weight(lane);
    away_ = -others * y_top;
    double along = 0.0;  // y_top . O
    for (Index c = 0; c < classes(); ++c) {
        away_ += sum_of(c, lane);
        along += y_top.dot(sum_of(c, lane));
    }
    away_ /= total;
    out.mean = y_top + away_;
    if (spread) {
        const double from_top = softmax.moment(lane) - 2.0 * along + others * data_->norm2[top];
        const double spread_of_lane = from_top / total - away_.squaredNorm();
        out.spread = spread_of_lane < 0.0 ? 0.0 : spread_of_lane;  // what is no number stays none
    }
    if (class_spread) out.class_spread = class_spread_of(lane, total);
}

double DataPanel::class_spread_of(Index lane, double total) {
    const auto top = softmax.top(lane);
    const Vector y_top = data_->data.datum(static_cast<Index>(top));
    const int top_class = labels_->classes().class_of[static_cast<std::size_t>(top)];
    double spread = 0.0;
    for (int c = 0; c < classes(); ++c) {
        const double weight = softmax.class_others(labels_->class_level, c, lane);
        const double all = weight + (c == top_class ? softmax.top_weight(lane) : 0.0);
        if (!(all > 0.0)) continue;
        class_away_ = (sum_of(c, lane) - weight * y_top) / all;
        spread += all / total * (class_away_ - away_).squaredNorm();
    }
    return spread;
}

}  // namespace kairos::dynamics
