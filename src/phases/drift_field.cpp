#include "kairos/phases/drift_field.hpp"

#include <cmath>
#include <utility>

namespace kairos::phases {
namespace {

constexpr double an_evaluation = 5e3;  // what it costs beside its multiplications, in multiplications

// sum_k w_k tr S_k / d
double variance_per_dimension(const law::Mixture& mixture) {
    double trace = 0.0;
    for (Index k = 0; k < mixture.components(); ++k)
        trace += mixture.weights[k] * law::covariance_trace(mixture, k);
    return trace / mixture.dimension();
}

}  // namespace

const char* name(Drift drift) { return drift == Drift::sde ? "sde" : "ode"; }

DriftField::DriftField(law::Law law, dynamics::Schedule schedule, Drift drift)
    : law_(std::move(law)),
      schedule_(schedule),
      strength_(drift == Drift::sde ? 1.0 : 0.5),
      variance_(variance_per_dimension(law_.mixture)),
      evaluator_(law_) {}

dynamics::TimePoint DriftField::at(double log_snr) const {
    return schedule_.at(schedule_.time_of(LogSnr{log_snr}));
}

DriftField::Factors DriftField::factors(const dynamics::TimePoint& at) const {
    const double variance = at.sigma2 + at.alpha * at.alpha * variance_;
    const double pull = at.drift / (strength_ * at.diffusion2);
    return {.scale = variance / at.alpha,
            .pull = pull,
            .diagonal = -variance * (pull + 1.0 / at.sigma2),
            .gain = variance * (at.alpha / at.sigma2) * (at.alpha / at.sigma2),
            .variance = variance};
}

void DriftField::evaluate(const Vector& u, const dynamics::TimePoint& at, Index lanes) {
    states_.x = (at.alpha * u).replicate(1, lanes);
    states_.radius2 = Lanes::Zero(lanes);
    evaluator_.evaluate(states_, at, {.score = true, .weights = true}, posterior_);
    here_ = factors(at);
    operations_ +=
        an_evaluation + 4.0 * static_cast<double>(mixture().components() * (coordinates() + 8) * lanes);
}

FieldValue DriftField::value(const Vector& u, double log_snr) {
    evaluate(u, at(log_snr), 1);
    return {.drift = here_.scale * (posterior_.score.col(0) - here_.pull * states_.x.col(0)),
            .weights = posterior_.weights.col(0),
            .complement = -here_.variance * (here_.pull + posterior_.radial_rate[0])};
}

Vector DriftField::slope(const Vector& u, double log_snr) {
    constexpr double step = 1e-5;  // error step^2 h'''/6 + rounding/step, both near 1e-11
    const Vector above = value(u, log_snr + step).drift;
    return (above - value(u, log_snr - step).drift) / (2.0 * step);
}

Matrix DriftField::jacobian(const Vector& u, double log_snr) {
    const Index r = coordinates();
    evaluate(u, at(log_snr), r);
    vectors_.setIdentity(r, r);
    evaluator_.covariance_times(states_, posterior_, vectors_, products_);
    operations_ += 4.0 * static_cast<double>(mixture().components() * r * r);
    Matrix result = 0.5 * here_.gain * (products_ + products_.transpose());
    result.diagonal().array() += here_.diagonal;
    return result;
}

void DriftField::look_at(const Vector& u, double log_snr) { evaluate(u, at(log_snr), 1); }

Vector DriftField::jacobian_times(const Vector& v) {
    vectors_ = v;
    evaluator_.covariance_times(states_, posterior_, vectors_, products_);
    operations_ += 4.0 * static_cast<double>(mixture().components() * coordinates());
    return here_.diagonal * v + here_.gain * products_.col(0);
}

double DriftField::resolution(double log_snr) const { return std::sqrt(variance_ + std::exp(-log_snr)); }

double DriftField::restoring(double log_snr) const {
    const auto point = at(log_snr);
    const Factors f = factors(point);
    return 1.0 + f.pull * f.variance;
}

}  // namespace kairos::phases
