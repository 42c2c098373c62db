// Entropies and the like of the discrete latents: which component (datum), which class at every level.
//
// Every sum here is of terms of one sign, so that an entropy of 1e-300 has as many digits as one of log K:
//   h = log Z + sum_k w_k (max - l_k)                                  from shifted logits
//   H(j|x,c) = sum_c w_c ( log Z_c + sum_{j in c} p(j|x,c) (max_c - l_j) )    the same inside every class of data
//   h = -w_top log1p(-q) - sum_{c != top} w_c log w_c,  q = sum_{c != top} w_c     from class weights
#include <algorithm>
#include <limits>
#include <span>

#include "kairos/random/vector_math.hpp"
#include "lane_math.hpp"
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

constexpr double smallest = std::numeric_limits<double>::min();

// logs <- log of the class weights, that of the top class from the sum of the others; w log w of an absent
// class is 0.
void fill_logs(const Rows& weights, Lanes& top, Lanes& top_surprisal, Rows& logs) {
    Lanes largest, others;
    column_maxima(weights, largest, top);
    sum_of_others(weights, top, others);
    logs = weights.cwiseMax(smallest);
    const auto size = static_cast<std::size_t>(logs.size());
    random::log_of(std::span<const double>(logs.data(), size), std::span<double>(logs.data(), size));
    others = -others.min(1.0 - std::numeric_limits<double>::epsilon());
    log1p_of(others, others);
    for (Index j = 0; j < weights.cols(); ++j) {
        logs(static_cast<Index>(top[j]), j) = others[j];
    }
    top_surprisal = -others;
}

// From the logarithms of the weights up to a constant `offset` per lane: log w_k = logs_k - offset.
void fill_moments(const Rows& weights, const Rows& logs, const Lanes& offset, bool fourth, Latent& out) {
    const Index m = weights.cols();
    out.entropy.setZero(m);
    out.collision.setZero(m);
    for (Index k = 0; k < weights.rows(); ++k) {
        out.entropy -= weights.row(k).array() * logs.row(k).array();
        out.collision += weights.row(k).array().square();
    }
    out.varentropy.setZero(m);
    for (Index k = 0; k < weights.rows(); ++k) {
        out.varentropy += weights.row(k).array() * (logs.row(k).array() + out.entropy).square();
    }
    out.entropy += offset;
    out.fourth.setZero(fourth ? m : 0);
    for (Index k = 0; fourth && k < weights.rows(); ++k) {
        out.fourth += weights.row(k).array() * (logs.row(k).array() - offset).square().square();
    }
}

}  // namespace

Grouping group(const law::Level& level) {
    Grouping grouping;
    grouping.classes.resize(static_cast<std::size_t>(level.classes()));
    for (std::size_t k = 0; k < level.class_of.size(); ++k) {
        auto& runs = grouping.classes[static_cast<std::size_t>(level.class_of[k])];
        const auto index = static_cast<Index>(k);
        if (!runs.empty() && runs.back().first + runs.back().count == index) {
            ++runs.back().count;
        } else {
            runs.push_back({index, 1});
        }
    }
    grouping.one_to_one =
        grouping.classes.size() == level.class_of.size() &&
        std::ranges::all_of(grouping.classes, [](const auto& runs) { return !runs.empty(); });
    return grouping;
}

void summarise_components(const Rows& shifted_logits, const Rows& weights, const Softmax& softmax,
                          bool fourth, Latent& out) {
    out.weights.resize(0, 0);
    fill_moments(weights, shifted_logits, softmax.log_total, fourth, out);
    out.max_weight = (1.0 + softmax.others).inverse();
    out.top = softmax.top;
    out.top_surprisal = softmax.log_total;
}

void summarise_classes(const Grouping& grouping, const Rows& weights, const Latent& component, bool fourth,
                       Latent& out) {
    out.weights.setZero(static_cast<Index>(grouping.classes.size()), weights.cols());
    Index c = 0;
    for (const auto& runs : grouping.classes) {
        for (const Run& run : runs) {
            for (Index k = run.first; k < run.first + run.count; ++k) {
                out.weights.row(c) += weights.row(k);
            }
        }
        ++c;
    }
    if (grouping.one_to_one) {
        out.entropy = component.entropy;
        out.varentropy = component.varentropy;
        out.collision = component.collision;
        out.max_weight = component.max_weight;
        out.top_surprisal = component.top_surprisal;
        out.fourth = component.fourth;
        Lanes largest;
        column_maxima(out.weights, largest, out.top);
        return;
    }
    Rows logs;
    fill_logs(out.weights, out.top, out.top_surprisal, logs);
    fill_moments(out.weights, logs, Lanes::Zero(weights.cols()), fourth, out);
    out.max_weight = out.weights.colwise().maxCoeff().array();
}

// Each class by a softmax of its own: w_c H(j|x, class c) summed over the classes.
void fill_within(const Grouping& grouping, const Rows& logits, Latent& out) {
    out.within.setZero(logits.cols());
    if (grouping.one_to_one) return;
    Rows own, weights;
    Softmax shares;
    Latent datum;
    for (std::size_t c = 0; c < grouping.classes.size(); ++c) {
        Index size = 0;
        for (const Run& run : grouping.classes[c]) size += run.count;
        if (size == 0) continue;
        own.resize(size, logits.cols());
        Index at = 0;
        for (const Run& run : grouping.classes[c]) {
            own.middleRows(at, run.count) = logits.middleRows(run.first, run.count);
            at += run.count;
        }
        softmax(own, weights, shares);
        summarise_components(own, weights, shares, false, datum);
        out.within += out.weights.row(static_cast<Index>(c)).array() * datum.entropy;
    }
}

void place(const Latent& part, Index first, Index lanes, Latent& out) {
    const auto put = [&](const Lanes& from, Lanes& to) {
        if (from.size() == 0) return to.resize(0);
        to.conservativeResize(lanes);
        to.segment(first, from.size()) = from;
    };
    for (Lanes Latent::*field :
         {&Latent::entropy, &Latent::varentropy, &Latent::collision, &Latent::max_weight, &Latent::top,
          &Latent::top_surprisal, &Latent::fourth, &Latent::within})
        put(part.*field, out.*field);
    out.weights.conservativeResize(part.weights.rows(), lanes);
    if (part.weights.rows() > 0) out.weights.middleCols(first, part.weights.cols()) = part.weights;
}

}  // namespace kairos::dynamics
