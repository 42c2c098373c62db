#include "kairos/phases/binder.hpp"

namespace kairos::phases {

AboutZero about_zero(const measure::Moments& moments) {
    const double n = moments.count, mean = moments.mean, mean2 = mean * mean;
    return {moments.m2 / n + mean2,
            moments.m4 / n + 4.0 * mean * moments.m3 / n + 6.0 * mean2 * moments.m2 / n + mean2 * mean2};
}

double binder_cumulant(const AboutZero& moments) {
    // 0/0 is the NaN that no fluctuation deserves
    return 1.0 - moments.fourth / (3.0 * moments.second * moments.second);
}

}  // namespace kairos::phases
