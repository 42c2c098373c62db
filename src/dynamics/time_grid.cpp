#include "kairos/dynamics/time_grid.hpp"

// First: pchip.hpp of Boost 1.74 calls isnan without declaring it.
#include <boost/math/special_functions/fpclassify.hpp>

#include <algorithm>
#include <boost/math/interpolators/pchip.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "kairos/base/error.hpp"
#include "kairos/base/number_text.hpp"

namespace kairos::dynamics {
namespace {

constexpr double karras_rho = 7;

void check_points(int points) {
    if (points >= 2) return;
    throw ConfigError("time.points", std::to_string(points), "leaves out an end of the time axis",
                      "an integer >= 2", "Try --time.points=64.");
}

// More points than there are numbers between the ends: neighbours would coincide.
void check_ascending(const std::vector<Time>& grid) {
    if (std::adjacent_find(grid.begin(), grid.end(), std::greater_equal<>{}) == grid.end()) return;
    throw ConfigError("time.points", std::to_string(grid.size()), "puts two observation times on one number",
                      "fewer points, or a longer time axis",
                      "Try --time.points=" + std::to_string(std::max<std::size_t>(2, grid.size() / 2)) + ".");
}

// count times from `from` to `to`; the ends exactly, at(fraction) between them.
template <class At>
std::vector<Time> between(Time from, Time to, int count, At&& at) {
    std::vector<Time> grid(static_cast<std::size_t>(count), from);
    for (int i = 1; i + 1 < count; ++i) grid[static_cast<std::size_t>(i)] = at(double(i) / (count - 1));
    grid.back() = to;
    return grid;
}

std::vector<Time> uniform(Time from, Time to, int count) {
    return between(from, to, count,
                   [&](double fraction) { return Time{std::lerp(from.value, to.value, fraction)}; });
}

std::vector<Time> log_snr_steps(const Schedule& schedule, Time from, Time to, int count) {
    const double first = schedule.log_snr(from).value, last = schedule.log_snr(to).value;
    return between(from, to, count, [&](double fraction) {
        return schedule.time_of(LogSnr{std::lerp(first, last, fraction)});
    });
}

// (sigma/alpha)^(1/rho) = exp(-log snr/(2 rho))
std::vector<Time> karras(const Schedule& schedule, int count) {
    const double scale = -0.5 / karras_rho;
    const double first = std::exp(scale * schedule.log_snr(schedule.t_min()).value);
    const double last = std::exp(scale * schedule.log_snr(schedule.t_max()).value);
    return between(schedule.t_min(), schedule.t_max(), count, [&](double fraction) {
        return schedule.time_of(LogSnr{std::log(std::lerp(first, last, fraction)) / scale});
    });
}

// The non-decreasing sequence nearest in least squares: neighbours that fall are pooled into their mean.
std::vector<double> monotone(std::span<const double> values) {
    struct Pool {
        double sum;
        std::size_t count;
        [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
    };
    std::vector<Pool> pools;
    for (const double value : values) {
        pools.push_back({value, 1});
        while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
            const Pool last = pools.back();
            pools.pop_back();
            pools.back() = {pools.back().sum + last.sum, pools.back().count + last.count};
        }
    }
    std::vector<double> result;
    result.reserve(values.size());
    for (const Pool& pool : pools) result.insert(result.end(), pool.count, pool.mean());
    return result;
}

void check_curve(std::span<const Time> times, std::span<const double> entropy) {
    if (times.size() != entropy.size() || times.size() < 4)
        throw std::invalid_argument("entropic_grid: needs one entropy per time and at least four times");
    if (std::adjacent_find(times.begin(), times.end(), std::greater_equal<>{}) != times.end())
        throw std::invalid_argument("entropic_grid: times do not ascend");
}

void check_change(std::span<const double> entropy, double first, double last) {
    const bool finite =
        std::all_of(entropy.begin(), entropy.end(), [](double h) { return std::isfinite(h); });
    const double rounding = 1e-12 * std::max(std::fabs(first), std::fabs(last));
    if (finite && last - first > rounding) return;
    throw ConfigError("time.grid", "entropic", "needs an entropy that changes between t-min and t-max",
                      "uniform | log-snr | karras | entropic | list", "Try --time.grid=log-snr.");
}

}  // namespace

std::vector<Time> regular_grid(GridKind kind, const Schedule& schedule, int points) {
    check_points(points);
    std::vector<Time> grid;
    switch (kind) {
        case GridKind::uniform:
            grid = uniform(schedule.t_min(), schedule.t_max(), points);
            break;
        case GridKind::log_snr:
            grid = log_snr_steps(schedule, schedule.t_min(), schedule.t_max(), points);
            break;
        case GridKind::karras:
            grid = karras(schedule, points);
            break;
        case GridKind::entropic:
        case GridKind::list:
            throw std::invalid_argument("regular_grid: entropic and list are made from data");
    }
    check_ascending(grid);
    return grid;
}

std::vector<Time> entropic_grid(const Schedule& schedule, std::span<const Time> times,
                                std::span<const double> entropy, int points) {
    check_points(points);
    check_curve(times, entropy);
    const std::vector<double> curve = monotone(entropy);
    const double first = curve.front(), last = curve.back();
    check_change(entropy, first, last);

    // H as a monotone cubic in -log snr, which grows with t
    std::vector<double> noise_level;
    noise_level.reserve(times.size());
    for (const Time t : times) noise_level.push_back(-schedule.log_snr(t).value);
    const auto smooth = boost::math::interpolators::pchip(std::vector(noise_level), std::vector(curve));
    const boost::math::tools::eps_tolerance<double> tolerance(48);

    std::vector<Time> grid = between(times.front(), times.back(), points, [&](double fraction) {
        const double level = std::lerp(first, last, fraction);
        const auto above = std::lower_bound(curve.begin() + 1, curve.end() - 1, level) - curve.begin();
        const double low = noise_level[static_cast<std::size_t>(above - 1)],
                     high = noise_level[static_cast<std::size_t>(above)];
        const double low_excess = curve[static_cast<std::size_t>(above - 1)] - level,
                     high_excess = curve[static_cast<std::size_t>(above)] - level;
        std::uintmax_t iterations = 100;
        const auto root =
            boost::math::tools::toms748_solve([&](double u) { return smooth(u) - level; }, low, high,
                                              low_excess, high_excess, tolerance, iterations);
        return schedule.time_of(LogSnr{-0.5 * (root.first + root.second)});
    });
    check_ascending(grid);
    return grid;
}

std::vector<Time> listed_grid(const Schedule& schedule, std::span<const double> times) {
    const double t_min = schedule.t_min().value, t_max = schedule.t_max().value;
    const std::string allowed =
        "ascending times between t-min = " + to_text(t_min) + " and t-max = " + to_text(t_max);
    if (times.empty())
        throw ConfigError("time.list", "", "is empty", allowed,
                          "Try --time.list=" + to_text(t_min) + "," + to_text(t_max) + ".");
    std::vector<Time> grid;
    grid.reserve(times.size());
    for (const double t : times) {
        if (!(t >= t_min && t <= t_max))
            throw ConfigError("time.list", to_text(t), "is outside the time axis", allowed,
                              "Leave it out, or widen process.t-min and process.t-max.");
        if (!grid.empty() && grid.back().value >= t)
            throw ConfigError("time.list", to_text(t),
                              "does not follow " + to_text(grid.back().value) + " upwards", allowed,
                              "Sort the list and leave out what occurs twice.");
        grid.push_back(Time{t});
    }
    return grid;
}

std::vector<Time> substep_times(GridKind kind, const Schedule& schedule, Time from, Time to, int substeps) {
    if (substeps < 1)
        throw ConfigError("time.substeps", std::to_string(substeps), "makes no step", "an integer >= 1",
                          "Try --time.substeps=1.");
    if (kind == GridKind::uniform || kind == GridKind::list) return uniform(from, to, substeps + 1);
    return log_snr_steps(schedule, from, to, substeps + 1);
}

}  // namespace kairos::dynamics
