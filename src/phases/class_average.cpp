#include "class_average.hpp"

namespace kairos::phases {

void ClassAverage::add(double probability, const ClassSample& sample) {
    mass_ += probability;
    entropy_ += probability * sample.entropy;
    impurity_ += probability * sample.impurity;
    varentropy_ += probability * sample.varentropy;
    spread_ += probability * sample.spread;
    probabilities_.push_back(probability);
    entropies_.push_back(sample.entropy);
}

ClassTheory ClassAverage::result(double diffusion2) const {
    // What the quadrature leaves out is decided; less than it rounds is nothing.
    constexpr double rounding = 1e-13;
    const double decided = 1.0 - mass_ > rounding ? 1.0 - mass_ : 0.0;
    double variance = decided * entropy_ * entropy_;
    for (std::size_t i = 0; i < entropies_.size(); ++i) {
        const double deviation = entropies_[i] - entropy_;
        variance += probabilities_[i] * deviation * deviation;
    }
    return {.entropy = entropy_,
            .collision = 1.0 - impurity_,
            .varentropy = varentropy_,
            .entropy_variance = variance,
            .entropy_rate = 0.5 * diffusion2 * spread_};
}

}  // namespace kairos::phases
