// Scores and their spreads, complement included: there s_k = -x_perp/v_k, so that only R2 and the 1/v_k
// enter.
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

// Below this a class weight has no digits left to divide by; its share of a spread is nothing.
constexpr double least_class_weight = 1e-290;

[[nodiscard]] bool radial_spread(const Components& components) {
    return components.mixture().complement > 0 && !components.shares_terms();
}

}  // namespace

void fill_score(Components& components, const States& states, const Rows& mean, Posterior& out) {
    components.score(states, mean, out.score, out.score_norm2, out.x_dot_score);
    if (components.mixture().complement > 0) {
        out.score_norm2 += out.radial_rate.square() * states.radius2;
        out.x_dot_score -= out.radial_rate * states.radius2;
    }
}

// spread = sum_k w_k |u_k - mean|^2 + R2 sum_k w_k (1/v_k - kappa)^2
void fill_spread(Components& components, const States& states, const Rows& mean, const Lanes& kappa,
                 const Rows& weights, Lanes& spread) {
    components.spread(states, weights, mean, spread);
    if (!radial_spread(components)) {
        return;
    }
    Lanes sum = Lanes::Zero(states.count());
    for (Index k = 0; k < weights.rows(); ++k) {
        sum += weights.row(k).array() * (components.terms(k).precision - kappa).square();
    }
    spread += states.radius2 * sum;
}

// class spread = sum_c w_c ( |D_c/w_c - mean|^2 + R2 (kappa_c - kappa)^2 ),  D_c = sum_{k in c} w_k u_k
void fill_class_spread(Components& components, const Grouping& grouping, const States& states,
                       const Rows& mean, const Lanes& kappa, const Rows& weights, Lanes& spread) {
    const Index m = states.count();
    const bool radial = radial_spread(components);
    Rows sum(mean.rows(), m);
    Lanes weight(m), inverse(m), rate(m), distance(m);
    spread.setZero(m);
    for (const auto& runs : grouping.classes) {
        weight.setZero();
        rate.setZero();
        sum.setZero();
        for (const Run& run : runs) {
            for (Index k = run.first; k < run.first + run.count; ++k) {
                weight += weights.row(k).array();
                rate += components.terms(k).precision * weights.row(k).array();
            }
            components.add_weighted(states, weights, run, sum);
        }
        weight = (weight < least_class_weight).select(0.0, weight);
        inverse = (weight > 0).select(weight.inverse(), 0.0);
        distance.setZero();
        for (Index i = 0; i < mean.rows(); ++i) {
            distance += (sum.row(i).array() * inverse - mean.row(i).array()).square();
        }
        if (radial) {
            distance += states.radius2 * (rate * inverse - kappa).square();
        }
        spread += weight * distance;
    }
}

void fill_level_spread(Components& components, const std::vector<Grouping>& levels, const States& states,
                       const Rows& mean, const Lanes& kappa, const Rows& weights, Rows& spread) {
    Lanes one;
    spread.resize(static_cast<Index>(levels.size()), states.count());
    for (std::size_t l = 0; l < levels.size(); ++l) {
        fill_class_spread(components, levels[l], states, mean, kappa, weights, one);
        spread.row(static_cast<Index>(l)).array() = one;
    }
}

}  // namespace kairos::dynamics
