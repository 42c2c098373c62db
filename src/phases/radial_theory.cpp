#include "radial_theory.hpp"

#include <algorithm>
#include <cmath>

#include "class_average.hpp"
#include "radial_window.hpp"

namespace kairos::phases {
namespace {

// Posterior over classes at one node, summed from components.
class Node {
public:
    explicit Node(int classes) : weight_(static_cast<std::size_t>(classes)), rate_(weight_.size()) {}

    ClassSample operator()(const RadialWindow& window, const std::vector<int>& class_of, double tau) {
        gather(window, class_of, tau);
        double entropy = 0, impurity = 0, mean_rate = 0;
        for (std::size_t c = 0; c < weight_.size(); ++c) {
            if (weight_[c] == 0.0) continue;
            entropy -= weight_[c] * std::log(weight_[c]);
            impurity += weight_[c] * (1.0 - weight_[c]);
            mean_rate += rate_[c];
        }
        double varentropy = 0, spread = 0;
        for (std::size_t c = 0; c < weight_.size(); ++c) {
            if (weight_[c] == 0.0) continue;
            const double surprise = std::log(weight_[c]) + entropy,
                         deviation = rate_[c] / weight_[c] - mean_rate;
            varentropy += weight_[c] * surprise * surprise;
            spread += weight_[c] * deviation * deviation;
        }
        return {entropy, impurity, varentropy, spread};
    }

private:
    // weight_[c] = w_c,  rate_[c] = sum_{k in c} w_k delta_k
    void gather(const RadialWindow& window, const std::vector<int>& class_of, double tau) {
        logits_.resize(class_of.size());
        window.logits(tau, logits_);
        const double largest = *std::max_element(logits_.begin(), logits_.end());
        double total = 0;
        for (double& l : logits_) total += (l = l > largest - 300.0 ? std::exp(l - largest) : 0.0);
        std::fill(weight_.begin(), weight_.end(), 0.0);
        std::fill(rate_.begin(), rate_.end(), 0.0);
        for (std::size_t k = 0; k < class_of.size(); ++k) {
            if (logits_[k] == 0.0) continue;
            const double w = logits_[k] / total;
            weight_[static_cast<std::size_t>(class_of[k])] += w;
            rate_[static_cast<std::size_t>(class_of[k])] += w * window.delta(k);
        }
    }

    std::vector<double> weight_, rate_, logits_;
};

}  // namespace

std::optional<RadialTheory> RadialTheory::of(const law::Mixture& mixture) {
    if (!mixture.labels.any() || !(mixture.means.array() == 0.0).all() || !(mixture.dimension() >= 1.0))
        return {};
    RadialTheory theory;
    theory.half_dimension_ = 0.5 * mixture.dimension();
    theory.class_of_ = mixture.labels.classes().class_of;
    theory.classes_ = mixture.labels.classes().classes();
    for (Index k = 0; k < mixture.components(); ++k) {
        if (!mixture.covariance(k).is_isotropic()) return {};
        theory.weights_.push_back(mixture.weights(k));
        theory.variances_.push_back(mixture.covariance(k).isotropic);
    }
    return theory;
}

ClassTheory RadialTheory::operator()(const dynamics::TimePoint& at) const {
    const double alpha2 = at.alpha * at.alpha;
    Node node(classes_);
    ClassAverage average;
    for (std::size_t j = 0; j < weights_.size(); ++j) {
        const RadialWindow window(half_dimension_, weights_, variances_, alpha2, at.sigma2, j);
        const double variance = alpha2 * variances_[j] + at.sigma2;
        for (int i = 0; i < window.nodes(); ++i) {
            const double tau = window.left() + i * window.step();
            ClassSample sample = node(window, class_of_, tau);
            sample.spread *= 2.0 * half_dimension_ * std::exp(tau) / variance;  // R2/v_j^2
            average.add(weights_[j] * window.step() * window.density(tau), sample);
        }
    }
    return average.result(at.diffusion2);
}

}  // namespace kairos::phases
