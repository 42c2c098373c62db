#include "surprisal.hpp"

namespace kairos::measure {

double datum_surprisal(const Sight& sight, Index lane) {
    const auto& latent = sight.posterior->component;
    const auto datum = static_cast<Index>(sight.clean->component[static_cast<std::size_t>(lane)]);
    const auto top = static_cast<Index>(latent.top[lane]);
    if (datum == top) return latent.top_surprisal[lane];
    const auto& means = sight.setting->law->mixture.means;
    const dynamics::TimePoint& time = sight.posterior->time;
    const auto difference = means.col(top) - means.col(datum);
    const auto middle = 2.0 * sight.states->x.col(lane) - time.alpha * (means.col(top) + means.col(datum));
    return latent.top_surprisal[lane] + time.alpha * difference.dot(middle) / (2.0 * time.sigma2);
}

}  // namespace kairos::measure
