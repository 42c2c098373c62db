// What the sums of an online softmax mean.
#include <algorithm>
#include <cmath>

#include "kairos/random/vector_math.hpp"
#include "online_softmax.hpp"
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

// Classes whose weights are summed already: each is a group of its own.
Grouping groups_of_one(Index classes) {
    Grouping grouping;
    for (Index c = 0; c < classes; ++c) {
        grouping.classes.push_back({{c, 1}});
    }
    return grouping;
}

}  // namespace

// sum_j e_j (delta_j - from)^4, the top datum included; terms of one sign for from <= 0
double OnlineSoftmax::fourth_about(const LaneSums& sums, double from, double top_weight) {
    const double c = -from, total = sums[TileSums::others] + top_weight;
    return sums[TileSums::quartic] +
           c * (4.0 * sums[TileSums::cubic] +
                c * (6.0 * sums[TileSums::square] + c * (4.0 * sums[TileSums::linear] + c * total)));
}

Lanes OnlineSoftmax::total() const {
    Lanes out(lanes());
    for (Index lane = 0; lane < lanes(); ++lane) {
        out[lane] = top_weight(lane) + others(lane);
    }
    return out;
}

Lanes OnlineSoftmax::log_total() const {
    Lanes out(lanes());
    for (Index lane = 0; lane < lanes(); ++lane) {
        out[lane] = std::log1p(others(lane) / top_weight(lane));
    }
    return out;
}

void OnlineSoftmax::summarise(Latent& component, std::vector<Latent>& levels) const {
    const Index m = lanes();
    component.weights.resize(0, 0);
    component.within.resize(0);
    component.top_surprisal = log_total();
    for (Lanes* out : {&component.entropy, &component.varentropy, &component.collision, &component.max_weight,
                       &component.top}) {
        out->resize(m);
    }
    component.fourth.resize(fourth_ ? m : 0);
    for (Index lane = 0; lane < m; ++lane) {
        const LaneSums sum = sums_.col(lane);
        const double top = top_weight(lane);
        const double others = sum[TileSums::others], total = top + others;
        const double mean = sum[TileSums::linear] / total;
        component.entropy[lane] = component.top_surprisal[lane] + mean;
        component.varentropy[lane] = std::max(sum[TileSums::square] / total - mean * mean, 0.0);
        if (fourth_) {
            component.fourth[lane] = fourth_about(sum, -component.top_surprisal[lane], top) / total;
        }
        component.collision[lane] =
            (top / total) * (top / total) + sum[TileSums::collision] / (total * total);
        component.max_weight[lane] = 1.0 / (1.0 + others / top);
        component.top[lane] = static_cast<double>(this->top(lane));
    }
    levels.resize(class_sums_.size());
    for (std::size_t l = 0; l < levels.size(); ++l) {
        fill_weights(l, levels[l]);
        fill_within(l, levels[l]);
    }
}

void OnlineSoftmax::fill_weights(std::size_t level, Latent& out) const {
    const Index m = lanes(), classes = class_sums_[level].rows() / 2;
    Rows weights = class_sums_[level].topRows(classes);
    const Lanes scale = total().inverse();
    for (Index lane = 0; lane < m; ++lane) {
        weights(classes_of_top(lane)[level], lane) += top_weight(lane);
    }
    for (Index c = 0; c < classes; ++c) {
        weights.row(c).array() *= scale;
    }
    summarise_classes(groups_of_one(classes), weights, {}, false, out);
}

// sum_{j in c} w_j delta_j + w_c log W_c,  W_c = sum_{j in c} e^-delta_j; for the class of the top datum W_c = 1 + others.
void OnlineSoftmax::fill_within(std::size_t level, Latent& out) const {
    const Index m = lanes(), classes = class_sums_[level].rows() / 2;
    const Lanes above = maximum_ - reference_;
    const Lanes unit = (-above).exp(), scale = total().inverse();
    Lanes sum(m), logs(m);
    out.within.setZero(m);
    for (Index c = 0; c < classes; ++c) {
        const auto e = class_sums_[level].row(c).array(),
                   shifted = class_sums_[level].row(classes + c).array();
        sum = (e * unit).max(std::numeric_limits<double>::min());
        random::log_of({sum.data(), static_cast<std::size_t>(m)}, {logs.data(), static_cast<std::size_t>(m)});
        for (Index lane = 0; lane < m; ++lane) {
            const bool with_top = classes_of_top(lane)[level] == c;
            const double linear = above[lane] * e[lane] - shifted[lane];
            const double own = with_top ? (e[lane] + 1.0 / unit[lane]) * std::log1p(e[lane] * unit[lane])
                                        : e[lane] * logs[lane];
            out.within[lane] += scale[lane] * std::max(linear + own, 0.0);
        }
    }
}

}  // namespace kairos::dynamics
