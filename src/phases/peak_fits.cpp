#include "peak_fits.hpp"

#include <algorithm>
#include <cmath>

namespace kairos::phases {
namespace {

// All that up to 5 points allow; a spare point or two keep noise down from there on, up to degree 6.
int peak_degree(std::size_t points) {
    return points <= 5 ? static_cast<int>(points) - 1 : std::clamp(static_cast<int>(points) - 2, 4, 6);
}

}  // namespace

double share_of_height(double relative_noise) {
    constexpr double widest = 0.92, narrowest = 0.3, noise_of_widest = 0.01;
    const double fall = widest * std::pow(relative_noise / noise_of_widest, 2.0 / 7.0);
    return std::exp(-(fall < widest ? std::max(fall, narrowest) : widest));
}

PeakFits peak_fits(const Curve& curve, const PeakWindow& peak) {
    const Window window = peak.window;
    const double floor = 1e-3 * curve.values(static_cast<Index>(peak.top));
    const auto fit = [&](int degree, Target target) {
        return LocalFit(window, curve.log_snr, peak.height, degree, target, floor);
    };
    const int degree = peak_degree(window.count);
    PeakFits fits{fit(degree, Target::maximum_of_log), {}, window};
    if (static_cast<int>(window.count) > degree + 1) {
        fits.rivals.push_back({fit(degree + 1, Target::maximum_of_log), by_order});
        return fits;
    }
    // No point to spare within the window: worse fits, and the next order through one point more, where there is one.
    fits.rivals.push_back({fit(degree, Target::maximum_of_fourth_root), by_worse_fit});
    if (degree > 2) fits.rivals.push_back({fit(degree - 1, Target::maximum_of_log), by_worse_fit});
    const Window longer = widened(window, window.count + 1,
                                  {curve.values.data(), static_cast<std::size_t>(curve.values.size())});
    if (longer.count == window.count || !peak.usable.holds(longer)) return fits;
    fits.longest = longer;
    const Vector equal = Vector::Ones(static_cast<Index>(longer.count));
    fits.rivals.push_back(
        {LocalFit(longer, curve.log_snr, equal, degree + 1, Target::maximum_of_log, floor), by_order});
    return fits;
}

}  // namespace kairos::phases
