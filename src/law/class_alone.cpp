#include "kairos/law/class_alone.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace kairos::law {
namespace {

std::vector<Index> members(const Mixture& mixture, std::size_t level, int class_index) {
    std::vector<Index> found;
    if (level < mixture.labels.levels.size())
        for (Index k = 0; k < mixture.components(); ++k)
            if (mixture.labels.levels[level].class_of[static_cast<std::size_t>(k)] == class_index)
                found.push_back(k);
    if (found.empty()) throw std::out_of_range("class_alone: no class " + std::to_string(class_index));
    return found;
}

}  // namespace

Mixture class_alone(const Mixture& all, std::size_t level, int class_index) {
    const std::vector<Index> chosen = members(all, level, class_index);
    Mixture mixture;
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
    return mixture;
}

Law class_alone(const Law& law, int class_index) {
    Law alone;
    alone.mixture = class_alone(law.mixture, law.mixture.labels.class_level, class_index);
    alone.empirical = law.empirical;
    alone.axis = law.axis;
    alone.reduced = law.reduced;
    alone.model = law.model;
    return alone;
}

}  // namespace kairos::law
