// src/dynamics/online_softmax_parts.cpp: parts of the data, summed apart: merged, and sent from one worker to another.
#include <algorithm>
#include <cassert>
#include <cmath>

#include "online_softmax.hpp"

namespace kairos::dynamics {

void OnlineSoftmax::merge(const OnlineSoftmax& other) {
    assert(lanes() == other.lanes() && levels() == other.levels() &&
           draw_.has_value() == other.draw_.has_value());
    for (Index lane = 0; lane < lanes(); ++lane) {
        if (!other.met_none(lane)) {
            merge_lane(lane, other);
        }
    }
    for (std::size_t lane = 0; lane < chosen_.size(); ++lane) {
        const auto j = static_cast<Index>(lane);
        if (other.key_[j] > key_[j]) {
            key_[j] = other.key_[j];
            chosen_[lane] = other.chosen_[lane];
        }
    }
}

// The higher of the two references: the maximum is no further above it than either maximum was above its own.
void OnlineSoftmax::merge_lane(Index lane, const OnlineSoftmax& other) {
    move_reference(lane, std::max(reference_[lane], other.reference_[lane]));
    const double theirs = other.maximum_[lane];
    LaneSums more = other.sums_.col(lane);
    scale(more, std::exp(other.reference_[lane] - reference_[lane]));
    if (theirs > maximum_[lane]) {
        raise_maximum(lane, theirs);
        set_top(lane, other.top(lane), other.top_norm2_[lane]);
        std::copy_n(other.classes_of_top(lane), levels(), classes_of_top(lane));
    } else {
        lift(more, maximum_[lane] - theirs);
        join(lane, theirs, other.top_norm2_[lane], other.classes_of_top(lane));
        joined_.push_back({lane, other.top(lane), theirs});
    }
    sums_.col(lane).array() += more;
    merge_classes(lane, other);
}

void OnlineSoftmax::merge_classes(Index lane, const OnlineSoftmax& other) {
    const double shift = other.reference_[lane] - reference_[lane];
    const double factor = std::exp(shift);
    for (std::size_t l = 0; l < class_sums_.size(); ++l) {
        const Rows& theirs = other.class_sums_[l];
        const Index classes = theirs.rows() / 2;
        for (Index c = 0; c < classes; ++c) {
            class_sums_[l](c, lane) += factor * theirs(c, lane);
            class_sums_[l](classes + c, lane) +=
                factor * (theirs(classes + c, lane) + shift * theirs(c, lane));
        }
    }
}

// Numbers of data are below 2^53, so that a double holds them.
void OnlineSoftmax::pack(std::vector<double>& out) const {
    out.insert(out.end(), reference_.begin(), reference_.end());
    out.insert(out.end(), maximum_.begin(), maximum_.end());
    out.insert(out.end(), sums_.data(), sums_.data() + sums_.size());
    out.insert(out.end(), top_.begin(), top_.end());
    out.insert(out.end(), top_norm2_.begin(), top_norm2_.end());
    for (const Rows& sum : class_sums_) out.insert(out.end(), sum.data(), sum.data() + sum.size());
    out.insert(out.end(), top_class_.begin(), top_class_.end());
    out.insert(out.end(), key_.begin(), key_.end());
    out.insert(out.end(), chosen_.begin(), chosen_.end());
}

void OnlineSoftmax::unpack(std::span<const double>& in) {
    const auto take = [&in](auto* to, std::size_t count) {
        using To = std::remove_pointer_t<decltype(to)>;
        std::transform(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(count), to,
                       [](double value) { return static_cast<To>(value); });
        in = in.subspan(count);
    };
    const std::size_t m = top_.size();
    take(reference_.data(), m);
    take(maximum_.data(), m);
    take(sums_.data(), static_cast<std::size_t>(sums_.size()));
    take(top_.data(), m);
    take(top_norm2_.data(), m);
    for (Rows& sum : class_sums_) take(sum.data(), static_cast<std::size_t>(sum.size()));
    take(top_class_.data(), top_class_.size());
    take(key_.data(), m);
    take(chosen_.data(), chosen_.size());
}

void OnlineSoftmax::merge(std::span<const double>& in) {
    OnlineSoftmax other = *this;
    other.unpack(in);
    merge(other);
}

}  // namespace kairos::dynamics
