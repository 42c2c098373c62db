#include "kairos/law/mixture.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kairos::law {
namespace {

// values[i] <- values[order[i]]
template <class T>
void gather(std::vector<T>& values, const std::vector<std::int64_t>& order) {
    std::vector<T> result;
    result.reserve(values.size());
    for (const std::int64_t from : order) result.push_back(std::move(values[static_cast<std::size_t>(from)]));
    values = std::move(result);
}

}  // namespace

void sort_by_class(Mixture& mixture) {
    const auto count = static_cast<std::size_t>(mixture.components());
    if (mixture.origin.size() != count) {
        mixture.origin.resize(count);
        std::iota(mixture.origin.begin(), mixture.origin.end(), std::int64_t{0});
    }
    if (!mixture.labels.any()) return;

    const std::vector<int>& class_of = mixture.labels.classes().class_of;
    if (std::ranges::is_sorted(class_of)) return;
    std::vector<std::int64_t> order(count);
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::ranges::stable_sort(order, {},
                             [&](std::int64_t k) { return class_of[static_cast<std::size_t>(k)]; });

    gather(mixture.origin, order);
    mixture.means = mixture.means(Eigen::all, order);
    mixture.weights = Vector(mixture.weights(order));
    if (!mixture.shares_covariance()) gather(mixture.covariances, order);
    for (Level& level : mixture.labels.levels) gather(level.class_of, order);
}

double covariance_trace(const Mixture& mixture, Index component) {
    const Covariance& covariance = mixture.covariance(component);
    return covariance.isotropic * mixture.dimension() + covariance.diagonal.sum() + covariance.excess.sum();
}

Vector total_mean(const Mixture& mixture) { return mixture.means * mixture.weights; }

}  // namespace kairos::law
