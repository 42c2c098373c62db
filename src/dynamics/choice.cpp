#include "kairos/dynamics/choice.hpp"

#include <algorithm>

namespace kairos::dynamics {

void choose(const Rows& weights, const Draw& draw, TrajectoryId first, std::vector<int>& component) {
    constexpr Index lanes = 64;
    const Index last = weights.rows() - 1;
    component.assign(static_cast<std::size_t>(weights.cols()), 0);
    if (last <= 0) return;
    for (Index j = 0; j < weights.cols(); j += lanes) {
        const Index n = std::min(lanes, weights.cols() - j);
        double u[lanes], sum[lanes] = {}, passed[lanes] = {};  // counted in doubles: one lane width for all
        random::fill_uniforms(draw.stream, first + static_cast<std::uint64_t>(j), draw.step,
                              {u, static_cast<std::size_t>(n)});
        for (Index k = 0; k < last; ++k) {
            const double* w = &weights(k, j);
            for (Index l = 0; l < n; ++l) {
                sum[l] += w[l];
                passed[l] += sum[l] <= u[l] ? 1.0 : 0.0;
            }
        }
        for (Index l = 0; l < n; ++l) {
            auto k = static_cast<Index>(passed[l]);
            while (k > 0 && weights(k, j + l) == 0.0) --k;  // weights that sum to less than 1 by rounding
            component[static_cast<std::size_t>(j + l)] = static_cast<int>(k);
        }
    }
}

}  // namespace kairos::dynamics
