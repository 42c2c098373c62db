#include "kairos/phases/drift_field.hpp"

#include <cmath>
#include <utility>
#include <vector>

namespace kairos::phases {
namespace {

constexpr double an_evaluation = 5e3;  // what it costs beside its multiplications, in multiplications
// A product of one vector reads every number once: beyond a megabyte it waits for memory.
constexpr double cached_numbers = 131072.0, from_memory = 4.0;
constexpr double weighs_nothing = 1e-25;  // of a weight

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

// Nothing where the posterior is that of this place already: a value and a Jacobian there are one evaluation.
void DriftField::evaluate(const Vector& u, double log_snr, Index lanes) {
    if (log_snr == log_snr_ && posterior_.score.cols() == lanes && u == place_) return;
    const dynamics::TimePoint time = at(log_snr);
    states_.x = (time.alpha * u).replicate(1, lanes);
    states_.radius2 = Lanes::Zero(lanes);
    evaluator_.evaluate(states_, time, {.score = true, .weights = true}, posterior_);
    here_ = factors(time);
    place_ = u;
    log_snr_ = log_snr;
    operations_ += an_evaluation;
    // Logits of all, and the mean of those that weigh anything (where there are several lanes of all).
    const Index all = mixture().components();
    const Index some = lanes == 1 ? (posterior_.weights.array() != 0.0).count() : all;
    count_pass((all + some + 1) / 2, lanes);
}

// Logits and mean of every component, or a product and its sum.
void DriftField::count_pass(Index components, Index lanes) {
    const auto numbers = static_cast<double>(components * (coordinates() + 8));
    const double cost = numbers > cached_numbers && lanes == 1 ? from_memory : 1.0;
    operations_ += 4.0 * cost * numbers * static_cast<double>(lanes);
}

FieldValue DriftField::value(const Vector& u, double log_snr) {
    evaluate(u, log_snr, 1);
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
    evaluate(u, log_snr, r);
    vectors_.setIdentity(r, r);
    evaluator_.covariance_times(states_, posterior_, vectors_, products_);
    count_pass(mixture().components(), r);
    Matrix result = 0.5 * here_.gain * (products_ + products_.transpose());
    result.diagonal().array() += here_.diagonal;
    return result;
}

void DriftField::look_at(const Vector& u, double log_snr) {
    evaluate(u, log_snr, 1);
    keep_those_near();
}

// Next to a datum few of many weigh anything: a product with J then costs their number, not that of all.
void DriftField::keep_those_near() {
    near_.reset();
    const law::Mixture& all = mixture();
    std::vector<Index> chosen;
    for (Index k = 0; k < all.components(); ++k)
        if (posterior_.weights(k, 0) > weighs_nothing) chosen.push_back(k);
    const Index count = std::ssize(chosen);
    if (4 * count > all.components()) return;
    law::Law& law = near_law_.emplace();
    law.mixture.means = all.means(Eigen::all, chosen);
    law.mixture.weights = all.weights(chosen);
    law.mixture.complement = all.complement;
    for (const Index k : chosen)
        if (!all.shares_covariance()) law.mixture.covariances.push_back(all.covariance(k));
    if (all.shares_covariance()) law.mixture.covariances = all.covariances;
    near_.emplace(law);
    near_->evaluate(states_, posterior_.time, {.score = true, .weights = true}, near_posterior_);
    count_pass(count, 2 + (count <= 64 ? count : 0));  // few have the distances between them too
}

Vector DriftField::jacobian_times(const Vector& v) {
    vectors_ = v;
    if (near_)
        near_->covariance_times(states_, near_posterior_, vectors_, products_);
    else
        evaluator_.covariance_times(states_, posterior_, vectors_, products_);
    count_pass(near_ ? near_law_->mixture.components() : mixture().components(), 1);
    return here_.diagonal * v + here_.gain * products_.col(0);
}

double DriftField::resolution(double log_snr) const { return std::sqrt(variance_ + std::exp(-log_snr)); }

double DriftField::restoring(double log_snr) const {
    const auto point = at(log_snr);
    const Factors f = factors(point);
    return 1.0 + f.pull * f.variance;
}

}  // namespace kairos::phases
