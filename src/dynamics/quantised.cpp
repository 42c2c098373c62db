#include "quantised.hpp"

#include <algorithm>

namespace kairos::dynamics {

double quantisation_error(double step_x, double norm_x, double step_y, double norm_y, double coordinates) {
    // Beside half a step: numbers that are too small for one, and the rounding of doubles.
    constexpr double smallest = 1e-300, rounding = 1e-15;
    const double root = std::sqrt(coordinates), off_x = 0.5 * root * step_x + smallest,
                 off_y = 0.5 * root * step_y + smallest;
    return off_x * norm_y + off_y * norm_x + off_x * off_y + rounding * coordinates * norm_x * norm_y;
}

void quantise_panels(const Rows& states, double factor, Index rows, std::vector<double>& steps,
                     Aligned<NumberPair>& panels) {
    constexpr Index width = panel_width<NumberPair>;
    const Index lanes = states.cols(), d = states.rows();
    panels.reserve(static_cast<std::size_t>(rows * round_up(lanes, width)));
    std::fill_n(panels.data(), rows * round_up(lanes, width), NumberPair{0});
    steps.assign(static_cast<std::size_t>(round_up(lanes, width)), 0.0);
    const Lanes largest = std::abs(factor) * states.cwiseAbs().colwise().maxCoeff().array();
    Lanes scale(lanes);  // to steps
    for (Index q = 0; q < lanes; ++q) {
        steps[static_cast<std::size_t>(q)] = step_for(largest[q]);
        scale[q] = factor * per_step(steps[static_cast<std::size_t>(q)]);
    }
    const Lanes none = Lanes::Zero(lanes);
    NumberPair* panel = panels.data();
    for (Index first = 0; first < lanes; first += width, panel += rows * width) {
        const Index count = std::min(width, lanes - first);
        for (Index k = 0; k < d; k += 2) {
            const double* const even = states.row(k).data() + first;
            const double* const odd = k + 1 < d ? states.row(k + 1).data() + first : none.data() + first;
            for (Index q = 0; q < count; ++q)
                panel[k / 2 * width + q] = pair_of(even[q], odd[q], scale[first + q]);
        }
    }
}

}  // namespace kairos::dynamics
