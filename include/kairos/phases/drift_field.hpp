// include/kairos/phases/drift_field.hpp: the generative drift and its Jacobian, in the frame of the data.
//
//   b(x, t) = -f x + c g^2 s(x, t),   c = 1 (reverse SDE), 1/2 (probability flow);   x = alpha u
//   h(u, l) = V/(c g^2 alpha) b(alpha u, t(l)),   l = log snr,   V = sigma^2 + alpha^2 v,   v: mean variance within components
//   J = dh/du = V ( -f/(c g^2) I - I/sigma^2 + (alpha^2/sigma^4) Cov(y|x) ),  symmetric;   J_b = (c g^2/V) J
//
// h has the zeros of b, and J the signs of J_b: a positive eigenvalue is a direction that generation (falling t, growing l) leaves. In
// this frame the fixed point next to a datum stands still. With one variance for all, h = E[y|x] - rho u, up to what is constant.
// In the complement x_perp = 0, where by symmetry the drift vanishes and all c directions have one eigenvalue, `complement`.
//
// Shapes: u, h [r], J r x r. Units: u, h data; J a pure number. Time: log snr grows in generation.
// Source: docs/theory.md, "Bifurcations"; Raya and Ambrogioni 2023.
#pragma once
#include <limits>
#include <optional>

#include "kairos/dynamics/posterior.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/law/law.hpp"

namespace kairos::phases {

enum class Drift { sde, ode };
[[nodiscard]] const char* name(Drift drift);  // as bifurcation.drift spells it

struct FieldValue {
    Vector drift;             // h [r]
    Vector weights;           // [K] p(component|x)
    double complement = 0.0;  // eigenvalue of each direction of the complement
};

class DriftField {
public:
    // The law is used as it is: in its own coordinates.
    DriftField(law::Law law, dynamics::Schedule schedule, Drift drift);
    DriftField(const DriftField&) = delete;
    DriftField& operator=(const DriftField&) = delete;
    ~DriftField() = default;

    [[nodiscard]] Index coordinates() const { return law_.mixture.coordinates(); }
    [[nodiscard]] const law::Mixture& mixture() const { return law_.mixture; }
    [[nodiscard]] dynamics::TimePoint at(double log_snr) const;

    [[nodiscard]] FieldValue value(const Vector& u, double log_snr);
    [[nodiscard]] Vector slope(const Vector& u, double log_snr);  // dh/dl at fixed u, by central difference
    [[nodiscard]] Matrix jacobian(const Vector& u, double log_snr);
    // J v at the place of the last call of look_at, until anything else is asked for; of the components those that weigh more than 1e-25 there.
    void look_at(const Vector& u, double log_snr);
    [[nodiscard]] Vector jacobian_times(const Vector& v);

    // sqrt(v + 1/snr): the width of a component in this frame, on which h changes.
    [[nodiscard]] double resolution(double log_snr) const;
    // rho = 1 + f V/(c g^2): u = E[y|x]/rho at a fixed point.
    [[nodiscard]] double restoring(double log_snr) const;
    // Multiplications so far, those over more means than a cache holds counted by what they cost beside others: what bounds a search, the same
    // on every machine.
    [[nodiscard]] double operations() const { return operations_; }
    void count(double operations) { operations_ += operations; }
    // A bound on them, which whoever searches or follows a curve minds.
    void limit(double operations) { most_operations_ = operations; }
    [[nodiscard]] bool exhausted() const { return operations_ > most_operations_; }

private:
    // h = scale (s - pull x);  J = diagonal I + gain Cov
    struct Factors {
        double scale, pull, diagonal, gain, variance;
    };
    [[nodiscard]] Factors factors(const dynamics::TimePoint& at) const;
    void evaluate(const Vector& u, double log_snr, Index lanes);
    void keep_those_near();
    void count_pass(Index components, Index lanes);

    law::Law law_;
    dynamics::Schedule schedule_;
    double strength_, variance_ = 0.0, operations_ = 0.0;
    double most_operations_ = std::numeric_limits<double>::infinity();
    dynamics::PosteriorEvaluator evaluator_;
    dynamics::States states_;
    dynamics::Posterior posterior_;
    Factors here_{};
    Vector place_;  // of posterior_, and its time
    double log_snr_ = 0.0;
    // The law of the components that matter at the place looked at, where they are few of many.
    std::optional<law::Law> near_law_;
    std::optional<dynamics::PosteriorEvaluator> near_;
    dynamics::Posterior near_posterior_;
    Rows vectors_, products_;
};

}  // namespace kairos::phases
