#include <cmath>

#include "centred_data.hpp"
#include "data_posterior.hpp"
#include "kairos/dynamics/posterior.hpp"

namespace kairos::dynamics {

bool single_precision_holds(const law::Mixture& mixture, const TimePoint& time) {
    constexpr double most = 1e37, deviations = 10.0;
    constexpr double weights = 1e11;  // of a tile, relative to the softmax's reference: 192 e^20
    if (!DataPosterior::serves(mixture)) return true;
    const double y = CentredData(mixture.means).largest(), d = static_cast<double>(mixture.coordinates());
    const double variance = time.alpha * time.alpha * mixture.covariances[0].isotropic + time.sigma2;
    const double x = time.alpha / variance * (time.alpha * y + deviations * std::sqrt(variance));
    return x < most && d * x * y < most && d * y * y * weights < most;
}

}  // namespace kairos::dynamics
