// include/kairos/measure/decisions.hpp: when a reverse path decides.
//
//   last_change  the largest observation time from which on, down to t_min, the argmax of the weights no
//   longer changes;
//                none if it is already final at t_max
//   commitment   the largest observation time from which on, down to t_min, max weight stays above 0.9 (at observation times, whichever
//   label has it); none if it never does
//
// Of equal weights the first counts as the largest. Times are observation times, so a distribution is a count
// per time; bin edges are the midpoints between neighbours, and the first and last time themselves. Units:
// times of the forward process. Source: docs/theory.md, "Decisions".
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kairos/base/array.hpp"
#include "kairos/base/ids.hpp"

namespace kairos::measure {

// Follows one latent of a block of paths downward in time.
class DecisionTracker {
public:
    void begin(Index count);
    // The label of the largest weight of every path, the first of equal ones, and that weight, at observation time `index` (times
    // visited in descending order)
    void visit(std::size_t index, const Lanes& leader, const Lanes& weight);
    // Index of the decision time per trajectory; -1 where there is none.
    [[nodiscard]] const std::vector<int>& last_change() const { return last_change_; }
    [[nodiscard]] const std::vector<int>& commitment() const { return commitment_; }

private:
    std::vector<int> leader_, last_change_, commitment_;
};

struct Distribution {
    std::vector<double> edges, density;  // [T + 1], [T]; density integrates to 1 over the paths that decided
    double mean, standard_error,
        fraction;               // share of the paths that have a decision time; NaN where undefined
    double width, width_error;  // standard deviation s of the paths that decided, sqrt((m4 - s^4)/n)/(2 s)
};

// counts[i] paths decided at times[i] (ascending); total paths in all.
[[nodiscard]] Distribution distribution_of(std::span<const Time> times, std::span<const std::uint64_t> counts,
                                           std::uint64_t total);

}  // namespace kairos::measure
