// tests/phases/noisy_batches.hpp: batches of made-up trajectories about a curve.
#pragma once
#include <random>
#include <vector>

#include "kairos/measure/jackknife.hpp"
#include "kairos/measure/moments.hpp"

namespace kairos::test {

// 24 batches of 20 trajectories, which have one deviation along the whole curve and one of their own at each time, both of standard
// deviation `noise`.
[[nodiscard]] inline std::vector<measure::MomentCurve> noisy_batches(const std::vector<double>& curve,
                                                                     double noise,
                                                                     std::mt19937_64& generator) {
    std::normal_distribution<double> normal;
    std::vector<measure::MomentCurve> batches;
    for (int b = 0; b < 24; ++b) {
        std::vector<std::vector<double>> values(curve.size());
        for (int path = 0; path < 20; ++path) {
            const double common = noise * normal(generator);
            for (std::size_t i = 0; i < curve.size(); ++i)
                values[i].push_back(curve[i] + common + noise * normal(generator));
        }
        batches.emplace_back();
        for (const auto& at_time : values) batches.back().push_back(measure::moments_of(at_time));
    }
    return batches;
}

}  // namespace kairos::test
