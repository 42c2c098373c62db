#include "stability.hpp"

#include <algorithm>
#include <boost/math/tools/roots.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

namespace kairos::phases {
namespace {

using dynamics::ScheduleKind;

constexpr double search_reach = 60.0;  // of the search, in log snr

// Kinds on t in [0, 1] with an end at a finite snr.
bool ends_at_one(const dynamics::Schedule& schedule) {
    return schedule.kind() == ScheduleKind::vp_linear ||
           (schedule.kind() == ScheduleKind::ve && schedule.is_geometric());
}

struct Growth {
    double value, size;  // size: its terms without their signs
};

// J Gamma/(g^2/2), which has the sign of J. Where alpha^2 + sigma^2 = 1 (-2f/g^2 = 1) the terms of order 1
// are cancelled by hand: for the ODE they leave one of order alpha^2.
Growth scaled_growth(const law::TwoClusters& clusters, const dynamics::Schedule& schedule, double strength,
                     double log_snr) {
    const dynamics::TimePoint at = schedule.at(schedule.time_of(LogSnr{log_snr}));
    const double alpha2 = at.alpha * at.alpha, s2 = clusters.variance_plus;
    const double gamma = at.sigma2 + alpha2 * s2;
    const double attraction = strength * alpha2 * clusters.mean_norm2 / gamma;
    const auto of = [&](double constant, double rest) {
        return Growth{constant + rest + attraction, std::abs(constant) + std::abs(rest) + attraction};
    };
    switch (schedule.kind()) {
        case ScheduleKind::ou:
        case ScheduleKind::vp_linear:
        case ScheduleKind::vp_cosine:
            return of(1.0 - strength, alpha2 * (s2 - 1.0));
        default:
            return of(-2.0 * at.drift / at.diffusion2 * gamma, -strength);
    }
}

}  // namespace

double time_in_domain(const dynamics::Schedule& schedule, double log_snr) {
    if (!std::isfinite(log_snr)) return nan;
    const double t = schedule.time_of(LogSnr{log_snr}).value;
    const bool outside = !(t >= 0.0) || (ends_at_one(schedule) && t > 1.0);
    return outside ? nan : t;
}

double stability_loss(const law::TwoClusters& clusters, const dynamics::Schedule& schedule, Drift drift) {
    if (clusters.variance_plus != clusters.variance_minus || clusters.weight_plus != 0.5) return nan;
    const double strength = drift == Drift::sde ? 2.0 : 1.0;
    const auto growth = [&](double x) { return scaled_growth(clusters, schedule, strength, x); };
    const auto value = [&](double x) { return growth(x).value; };
    constexpr double step = 0.125, rounding = 1e-14;  // rounding: of the sum of all terms
    double below = ends_at_one(schedule) ? schedule.log_snr(Time{1.0}).value : -search_reach;
    double before = value(below);
    for (double x = below + step; before < 0.0 && x <= search_reach + step; x += step) {
        const Growth after = growth(x);
        if (after.value < 0.0) {
            below = x;
            before = after.value;
        } else if (after.value > rounding * after.size) {  // a 0 that is approached as noise vanishes is none
            std::uintmax_t evaluations = 100;
            const auto bracket =
                boost::math::tools::toms748_solve(value, below, x, before, after.value,
                                                  boost::math::tools::eps_tolerance<double>(50), evaluations);
            return time_in_domain(schedule, 0.5 * (bracket.first + bracket.second));
        }
    }
    return nan;
}

}  // namespace kairos::phases
