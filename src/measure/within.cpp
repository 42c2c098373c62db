#include "kairos/measure/within.hpp"

#include <cmath>

namespace kairos::measure {

void eigenspaces(const law::Mixture& mixture, Index k, std::vector<Eigenspace>& out) {
    const law::Covariance& covariance = mixture.covariance(k);
    const auto mean = mixture.means.col(k);
    out.clear();
    double rest = mixture.dimension(), rest_norm2 = mean.squaredNorm();
    const auto take = [&](double value, double component2) {
        out.push_back({value, 1.0, component2});
        rest -= 1.0;
        rest_norm2 -= component2;
    };
    for (Index i = 0; i < covariance.diagonal.size(); ++i) {
        take(covariance.isotropic + covariance.diagonal(i), mean(i) * mean(i));
    }
    for (Index i = 0; i < covariance.excess.size(); ++i) {
        const double component = covariance.directions.col(i).dot(mean);
        take(covariance.isotropic + covariance.excess(i), component * component);
    }
    if (rest > 0.0) out.push_back({covariance.isotropic, rest, std::max(0.0, rest_norm2)});
}

Within within_components(const law::Mixture& mixture, double snr) {
    const Index count = static_cast<Index>(mixture.covariances.size());
    Within within{Vector::Zero(count), Vector::Zero(count)};
    std::vector<Eigenspace> spaces;
    for (Index k = 0; k < count; ++k) {
        eigenspaces(mixture, k, spaces);
        for (const Eigenspace& space : spaces) {
            const double ratio = snr * space.value;
            within.information(k) += 0.5 * space.multiplicity * std::log1p(ratio);
            // ratio/(1 + ratio), with the right limits at 0 and infinity
            within.filter(k) += space.multiplicity / (1.0 + 1.0 / ratio);
        }
    }
    if (mixture.shares_covariance()) {
        within.mean_information = within.information(0);
        within.mean_filter = within.filter(0);
    } else {
        within.mean_information = mixture.weights.dot(within.information);
        within.mean_filter = mixture.weights.dot(within.filter);
    }
    return within;
}

}  // namespace kairos::measure
