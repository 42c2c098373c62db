// src/phases/class_average.hpp: ensemble averages of what one posterior over classes says, summed over
// quadrature nodes.
//
//   class_entropy = E[h],  class_collision = 1 - E[1 - sum_c w_c^2],  class_varentropy = E[v],  Var(h) = E[(h
//   - E[h])^2]
//
// Nodes may leave out a part of the distribution in which the posterior is decided (h = v = 1 - sum w^2 = 0):
// the variance accounts for its weight. Var(h) is summed about the mean, since it may be smaller than E[h]^2
// by more than rounding allows.
#pragma once
#include <vector>

#include "kairos/phases/theory.hpp"

namespace kairos::phases {

struct ClassSample {
    double entropy;     // h = -sum_c w_c log w_c
    double impurity;    // 1 - sum_c w_c^2
    double varentropy;  // sum_c w_c (log w_c + h)^2
    double spread;      // sum_c w_c |s_c - s|^2
};

class ClassAverage {
public:
    void add(double probability, const ClassSample& sample);
    [[nodiscard]] ClassTheory result(double diffusion2) const;

private:
    double mass_ = 0, entropy_ = 0, impurity_ = 0, varentropy_ = 0, spread_ = 0;
    std::vector<double> probabilities_, entropies_;
};

}  // namespace kairos::phases
