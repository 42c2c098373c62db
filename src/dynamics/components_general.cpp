// Components of any kind, one after the other: s_k = -C_k^-1 delta_k with delta_k = x - alpha mean_k.
//
//   logit_k = -(delta_k . C_k^-1 delta_k + R2/v_k + log det C_k)/2 + log weight_k
//   common  = -(d/2) log(2 pi),   u_k = s_k
#include <cmath>
#include <numbers>

#include "components.hpp"

namespace kairos::dynamics {
namespace {

class GeneralComponents final : public Components {
public:
    explicit GeneralComponents(const law::Mixture& mixture) : Components(mixture) {}

    void logits(const States& states, const Lanes& norm2, Rows& logits, Lanes& common) override;
    void subtract_shift(const States&, const Rows& columns, Rows& out) override { out = columns; }
    void add_weighted(const States& states, const Rows& weights, Run run, Rows& sum) override;
    void score_of(const States& states, Index k, Rows& out) override {
        out = -states.x;
        out.colwise() += alpha() * mixture().means.col(k);
        apply_precision(mixture().covariance(k), time(), out, projected_);
    }
    void project(const States& states, const Rows& v, Rows& out) override;
    void add_gain(const Rows& weights, const Rows& v, Rows& out) override;

private:
    void prepare() override {}
    [[nodiscard]] static bool absent(const Rows& weights, Index k) {
        return (weights.row(k).array() == 0).all();
    }

    Rows solved_, projected_;
};

void GeneralComponents::logits(const States& states, const Lanes&, Rows& logits, Lanes& common) {
    common.setConstant(states.count(), -0.5 * mixture().dimension() * std::log(2.0 * std::numbers::pi));
    logits.resize(count(), states.count());
    for (Index k = 0; k < count(); ++k) {
        score_of(states, k, solved_);
        auto logit = logits.row(k).array();
        logit.setConstant(log_weights()[k] - 0.5 * terms(k).log_det);
        for (Index i = 0; i < solved_.rows(); ++i) {
            logit +=
                0.5 * solved_.row(i).array() * (states.x.row(i).array() - alpha() * mixture().means(i, k));
        }
        if (mixture().complement > 0) {
            logit -= (0.5 / terms(k).variance) * states.radius2;
        }
    }
}

void GeneralComponents::add_weighted(const States& states, const Rows& weights, Run run, Rows& sum) {
    for (Index k = run.first; k < run.first + run.count; ++k) {
        if (absent(weights, k)) {
            continue;
        }
        score_of(states, k, solved_);
        for (Index i = 0; i < sum.rows(); ++i) {
            sum.row(i).array() += weights.row(k).array() * solved_.row(i).array();
        }
    }
}

void GeneralComponents::project(const States& states, const Rows& v, Rows& out) {
    out.setZero(count(), v.cols());
    for (Index k = 0; k < count(); ++k) {
        score_of(states, k, solved_);
        for (Index i = 0; i < v.rows(); ++i) {
            out.row(k).array() += solved_.row(i).array() * v.row(i).array();
        }
    }
}

void GeneralComponents::add_gain(const Rows& weights, const Rows& v, Rows& out) {
    for (Index k = 0; k < count(); ++k) {
        if (absent(weights, k)) {
            continue;
        }
        solved_ = v;
        apply_gain(mixture().covariance(k), time(), solved_, projected_);
        for (Index i = 0; i < v.rows(); ++i) {
            out.row(i).array() += weights.row(k).array() * solved_.row(i).array();
        }
    }
}

}  // namespace

std::unique_ptr<Components> general_components(const law::Mixture& mixture) {
    return std::make_unique<GeneralComponents>(mixture);
}

}  // namespace kairos::dynamics
