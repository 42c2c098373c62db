// src/phases/population.hpp: what a law was drawn from.
#pragma once
#include <optional>

#include "kairos/law/law.hpp"

namespace kairos::phases {

// The mixture behind a law: itself, or what its data were drawn from (the data themselves where that is not
// known).
[[nodiscard]] inline const law::Mixture& population_of(const law::Law& law) {
    return law.population.components() > 0 ? law.population : law.mixture;
}

// s^2 where every component is isotropic with that one variance.
[[nodiscard]] inline std::optional<double> shared_variance(const law::Mixture& mixture) {
    if (mixture.components() == 0) return {};
    const double variance = mixture.covariance(0).isotropic;
    for (const law::Covariance& covariance : mixture.covariances)
        if (!covariance.is_isotropic() || covariance.isotropic != variance) return {};
    return variance;
}

}  // namespace kairos::phases
