#include "kairos/law/class_alone.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace kairos::law {
namespace {

std::vector<Index> members(const Mixture& mixture, int class_index) {
    std::vector<Index> found;
    if (mixture.labels.any())
        for (Index k = 0; k < mixture.components(); ++k)
            if (mixture.labels.classes().class_of[static_cast<std::size_t>(k)] == class_index)
                found.push_back(k);
    if (found.empty()) throw std::out_of_range("class_alone: no class " + std::to_string(class_index));
    return found;
}

}  // namespace

Law class_alone(const Law& law, int class_index) {
    const Mixture& all = law.mixture;
    const std::vector<Index> chosen = members(all, class_index);
    Law alone;
    Mixture& mixture = alone.mixture;
    mixture.means = all.means(Eigen::all, chosen);
    mixture.weights = all.weights(chosen);
    mixture.weights /= mixture.weights.sum();
    mixture.complement = all.complement;
    if (all.shares_covariance()) {
        mixture.covariances = all.covariances;
    } else {
        for (const Index k : chosen) mixture.covariances.push_back(all.covariance(k));
    }
    for (const Index k : chosen)
        if (!all.origin.empty()) mixture.origin.push_back(all.origin[static_cast<std::size_t>(k)]);
    alone.empirical = law.empirical;
    alone.axis = law.axis;
    alone.reduced = law.reduced;
    alone.model = law.model;
    return alone;
}

}  // namespace kairos::law
