#include <algorithm>
#include <boost/math/differentiation/finite_difference.hpp>
#include <boost/math/tools/roots.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "kairos/base/array.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::phases {
namespace {

using OfLogSnr = std::function<double(double)>;

// Log snr between t_max and t_min, ascending, dense against the width of any crossover (of order 1).
std::vector<double> scan(const dynamics::Schedule& schedule) {
    const double low = schedule.log_snr(schedule.t_max()).value,
                 high = schedule.log_snr(schedule.t_min()).value;
    const int intervals = std::clamp(static_cast<int>(std::ceil((high - low) / 0.25)), 64, 512);
    std::vector<double> points;
    for (int i = 0; i <= intervals; ++i) points.push_back(low + (high - low) * i / intervals);
    return points;
}

double root_between(const OfLogSnr& function, double low, double high) {
    const double at_low = function(low), at_high = function(high);
    if (at_low == 0.0) return low;
    if (at_high == 0.0) return high;
    if (!((at_low < 0.0) != (at_high < 0.0))) return nan;
    std::uintmax_t evaluations = 100;
    const auto bracket = boost::math::tools::toms748_solve(
        function, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(50), evaluations);
    return 0.5 * (bracket.first + bracket.second);
}

double time_at(const dynamics::Schedule& schedule, double log_snr) {
    return std::isfinite(log_snr) ? schedule.time_of(LogSnr{log_snr}).value : nan;
}

}  // namespace

double exact_crossing(const dynamics::Schedule& schedule, const std::function<double(Time)>& curve,
                      double level) {
    const OfLogSnr above = [&](double x) { return curve(schedule.time_of(LogSnr{x})) - level; };
    const std::vector<double> points = scan(schedule);
    double before = above(points[0]);
    for (std::size_t i = 1; i < points.size(); ++i) {
        const double after = above(points[i]);
        if ((before < 0.0) != (after < 0.0) && std::isfinite(before) && std::isfinite(after))
            return time_at(schedule, root_between(above, points[i - 1], points[i]));
        before = after;
    }
    return nan;
}

double exact_peak(const dynamics::Schedule& schedule, const std::function<double(Time)>& curve) {
    const OfLogSnr height = [&](double x) { return curve(schedule.time_of(LogSnr{x})); };
    const std::vector<double> points = scan(schedule);
    std::size_t best = 0;
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double value = height(points[i]);
        if (value > highest) highest = value, best = i;
    }
    if (best == 0 || best + 1 == points.size()) return nan;
    // The root of the slope: the top of a flat maximum itself is known to half the digits only.
    const OfLogSnr slope = [&](double x) {
        return boost::math::differentiation::finite_difference_derivative<OfLogSnr, double, 8>(height, x);
    };
    return time_at(schedule, root_between(slope, points[best - 1], points[best + 1]));
}

}  // namespace kairos::phases
