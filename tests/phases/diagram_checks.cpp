#include "phases/diagram_checks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace kairos::test {

double bisected(const std::function<double(double)>& f, double low, double high) {
    const bool below = f(low) < 0.0;
    EXPECT_NE(below, f(high) < 0.0);
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        ((f(middle) < 0.0) == below ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

std::vector<phases::Bifurcation> of_kind(const phases::Bifurcations& diagram, phases::BifurcationKind kind) {
    std::vector<phases::Bifurcation> chosen;
    for (const phases::Bifurcation& event : diagram.events)
        if (event.kind == kind) chosen.push_back(event);
    return chosen;
}

std::vector<int> passing(const phases::Bifurcations& diagram, double t, std::size_t most) {
    std::vector<int> counts(most + 1, 0);
    for (std::size_t i = 0; i + 1 < diagram.points.size(); ++i) {
        const auto &a = diagram.points[i], &b = diagram.points[i + 1];
        if (a.branch != b.branch || (a.time.value > t) == (b.time.value > t)) continue;
        ++counts[static_cast<std::size_t>(std::max(a.unstable, b.unstable))];
    }
    return counts;
}

Balance balance(const dynamics::Schedule& schedule, phases::Drift drift, double variance, double t) {
    const auto at = schedule.at(Time{t});
    const double gamma = at.sigma2 + at.alpha * at.alpha * variance;
    const double strength = drift == phases::Drift::sde ? 1.0 : 0.5;
    return {1.0 + at.drift * gamma / (strength * at.diffusion2), at.alpha * at.alpha / gamma};
}

std::vector<phases::Bifurcation> at_time(const std::vector<phases::Bifurcation>& events, double t) {
    std::vector<phases::Bifurcation> chosen;
    for (const phases::Bifurcation& event : events)
        if (std::abs(event.time.value - t) < 1e-8 * t) chosen.push_back(event);
    return chosen;
}

double loss_of_stability(const dynamics::Schedule& schedule, double kappa, double variance, double low,
                         double high) {
    return bisected(
        [&](double t) {
            const auto [rho, gain] = balance(schedule, phases::Drift::sde, variance, t);
            return gain * kappa - rho;
        },
        low, high);
}

}  // namespace kairos::test
