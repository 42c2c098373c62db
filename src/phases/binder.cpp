#include "kairos/phases/binder.hpp"

namespace kairos::phases {

double binder_cumulant(const measure::Moments& moments) {
    const double n = moments.count, mean = moments.mean, mean2 = mean * mean;
    const double second = moments.m2 / n + mean2;
    const double fourth =
        moments.m4 / n + 4.0 * mean * moments.m3 / n + 6.0 * mean2 * moments.m2 / n + mean2 * mean2;
    return 1.0 - fourth / (3.0 * second * second);  // 0/0 is the NaN that no fluctuation deserves
}

}  // namespace kairos::phases
