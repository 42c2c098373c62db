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

// J Gamma/(g^2/2), which has the sign of J. Where alpha^2 + sigma^2 = 1 (-2f/g^2 = 1) the terms of order 1
// are cancelled by hand: for the ODE they leave one of order alpha^2.
double scaled_growth(const law::TwoClusters& clusters, const dynamics::Schedule& schedule, double strength,
                     double log_snr) {
    const dynamics::TimePoint at = schedule.at(schedule.time_of(LogSnr{log_snr}));
    const double alpha2 = at.alpha * at.alpha, s2 = clusters.variance_plus;
    const double gamma = at.sigma2 + alpha2 * s2;
    const double attraction = strength * alpha2 * clusters.mean_norm2 / gamma;
    switch (schedule.kind()) {
        case ScheduleKind::ou:
        case ScheduleKind::vp_linear:
        case ScheduleKind::vp_cosine:
            return (1.0 - strength) + alpha2 * (s2 - 1.0) + attraction;
        default:
            return -2.0 * at.drift / at.diffusion2 * gamma - strength + attraction;
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
    const double low = ends_at_one(schedule) ? schedule.log_snr(Time{1.0}).value : -search_reach;
    constexpr double step = 0.125;
    double x = low, before = growth(low);
    while (x < search_reach && before < 0.0) {
        const double after = growth(x + step);
        if (after >= 0.0) {
            std::uintmax_t evaluations = 100;
            const auto bracket =
                boost::math::tools::toms748_solve(growth, x, x + step, before, after,
                                                  boost::math::tools::eps_tolerance<double>(50), evaluations);
            return time_in_domain(schedule, 0.5 * (bracket.first + bracket.second));
        }
        x += step;
        before = after;
    }
    return nan;
}

}  // namespace kairos::phases
