// src/dynamics/online_softmax_parts.cpp: parts of the data, summed apart: merged, and sent from one worker to another.
#include <algorithm>
#include <cassert>
#include <cmath>

#include "online_softmax.hpp"

namespace kairos::dynamics {

void OnlineSoftmax::merge(const OnlineSoftmax& other) {
    assert(lanes() == other.lanes() && levels() == other.levels() &&
           draw_.has_value() == other.draw_.has_value());
    joined_.clear();
    for (Index lane = 0; lane < lanes(); ++lane) {
        if (other.sums(lane).top >= 0) {
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
    const LaneSums& top = other.sums(lane);
    LaneSums more = top;
    more.scale(std::exp(other.reference_[lane] - reference_[lane]));
    if (theirs > maximum_[lane]) {
        raise_maximum(lane, theirs);
        sums(lane).top = top.top;
        sums(lane).top_norm2 = top.top_norm2;
        std::copy_n(other.classes_of_top(lane), levels(), classes_of_top(lane));
    } else {
        more.lift(maximum_[lane] - theirs);
        join(lane, theirs, top.top_norm2, other.classes_of_top(lane));
        joined_.push_back({lane, top.top, std::exp(theirs - reference_[lane])});
    }
    sums(lane).add(more);
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
    for (const LaneSums& s : sums_)
        out.insert(out.end(), {s.others, s.linear, s.square, s.cubic, s.quartic, s.collision, s.moment,
                               static_cast<double>(s.top), s.top_norm2});
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
    const std::size_t m = sums_.size();
    take(reference_.data(), m);
    take(maximum_.data(), m);
    for (LaneSums& s : sums_) {
        for (double* value : {&s.others, &s.linear, &s.square, &s.cubic, &s.quartic, &s.collision, &s.moment})
            take(value, 1);
        take(&s.top, 1);
        take(&s.top_norm2, 1);
    }
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
