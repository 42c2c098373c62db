// src/dynamics/components.hpp: the K Gaussian components of a law at one time, as the posterior needs them.
//
//   log weight_k + log N(x; alpha mean_k, C_k) = logit_k + common        (common: what all components share)
//   s_k = -C_k^-1 (x - alpha mean_k) = u_k - shift                       (shift: what all scores share)
//
// Four forms, from cheap to general: one covariance for all (logits linear in x, shift = C^-1 x, u_k = alpha
// C^-1 mean_k, the empirical law among them), isotropic ones, diagonal ones, and any mixture of kinds (shift
// = 0, u_k = s_k). What is left out of the softmax cannot spoil the differences of logits; what is left out
// of the scores cannot spoil theirs.
//
// Shapes: logits K x m, scores r x m, one column a trajectory. Source: docs/theory.md, "Data laws".
#pragma once
#include <memory>
#include <vector>

#include "gaussian_terms.hpp"
#include "kairos/dynamics/states.hpp"
#include "kairos/law/mixture.hpp"

namespace kairos::dynamics {

// Consecutive components first .. first + count - 1.
struct Run {
    Index first = 0, count = 0;
};

class Components {
public:
    explicit Components(const law::Mixture& mixture);
    virtual ~Components() = default;
    Components(const Components&) = delete;
    Components& operator=(const Components&) = delete;

    void set_time(const TimePoint& time);

    // norm2 is |x|^2 over all d.
    virtual void logits(const States& states, const Lanes& norm2, Rows& logits, Lanes& common) = 0;
    // out = columns - shift; in place is allowed
    virtual void subtract_shift(const States& states, const Rows& columns, Rows& out) = 0;
    // The same with mean for columns, and the explicit part of norm2 = |out|^2, x_dot = x . out.
    virtual void score(const States& states, const Rows& mean, Rows& out, Lanes& norm2, Lanes& x_dot);
    // sum += sum_{k in run} weight_k u_k; the weights may be any K x m numbers.
    virtual void add_weighted(const States& states, const Rows& weights, Run run, Rows& sum) = 0;
    // out = u_k
    virtual void score_of(const States& states, Index k, Rows& out) = 0;
    // out(k, .) = u_k . v
    virtual void project(const States& states, const Rows& v, Rows& out) = 0;
    // out += sum_k weight_k S_k C_k^-1 v
    virtual void add_gain(const Rows& weights, const Rows& v, Rows& out) = 0;
    // out = sum_k weight_k |u_k - mean|^2 in explicit coordinates, mean = sum_k weight_k u_k
    virtual void spread(const States& states, const Rows& weights, const Rows& mean, Lanes& out);

    [[nodiscard]] const law::Mixture& mixture() const { return *mixture_; }
    [[nodiscard]] const TimePoint& time() const { return time_; }
    [[nodiscard]] Index count() const { return mixture_->components(); }
    [[nodiscard]] Run all() const { return {0, count()}; }
    // One entry where the covariance is shared.
    [[nodiscard]] const GaussianTerms& terms(Index k) const {
        return terms_[terms_.size() == 1 ? 0 : static_cast<std::size_t>(k)];
    }
    [[nodiscard]] bool shares_terms() const { return terms_.size() == 1; }
    // out = sum_k weight_k value(terms of k)
    void average(const Rows& weights, double GaussianTerms::*value, Lanes& out) const;

protected:
    virtual void prepare() = 0;  // coefficients of the new time
    [[nodiscard]] const Vector& log_weights() const { return log_weights_; }
    [[nodiscard]] double alpha() const { return time_.alpha; }

private:
    const law::Mixture* mixture_;
    Vector log_weights_;
    std::vector<GaussianTerms> terms_;
    TimePoint time_;
    bool prepared_ = false;
    Rows score_;
    Lanes distance_;
};

[[nodiscard]] std::unique_ptr<Components> make_components(const law::Mixture& mixture);

// The four forms; the first three may be used only where they apply.
[[nodiscard]] std::unique_ptr<Components> shared_components(const law::Mixture& mixture);
[[nodiscard]] std::unique_ptr<Components> isotropic_components(const law::Mixture& mixture);
[[nodiscard]] std::unique_ptr<Components> diagonal_components(const law::Mixture& mixture);
[[nodiscard]] std::unique_ptr<Components> general_components(const law::Mixture& mixture);

}  // namespace kairos::dynamics
